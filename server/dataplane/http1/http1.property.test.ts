/**
 * Random and mutated messages, with Node's own strict parser as oracle: whatever is accepted here must be read there in the same way,
 * as it came and as it is passed on. `EVENKEEL_PROPERTY_RUNS` sets the number of messages per property; a failure prints its seed.
 */
import { createServer, type IncomingMessage, METHODS, type ServerResponse, request as startRequest } from 'node:http'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BODY, BodyDecoder } from './body.ts'
import { HeadBuffer } from './head-buffer.ts'
import { DEFAULT_REQUEST_LIMITS, HEAD, RequestHead } from './request-head.ts'
import { RequestWriter } from './request-writer.ts'
import { DEFAULT_RESPONSE_LIMITS, ResponseHead } from './response-head.ts'

const RUNS = Number(process.env.EVENKEEL_PROPERTY_RUNS ?? 4000)
const TIMEOUT_MS = 20_000 + RUNS * 5

interface Reading {
  method: string
  target: string
  fields: string[]
  body: string
}
interface Outcome {
  messages: Reading[]
  /** Status of the refusal that ended it; 0 for none. */
  refused: number
  /** The last message is not complete. */
  open: boolean
  /** What would be sent to backends. */
  forwarded: string[]
  /** Bytes of the connection that belong to its messages. */
  taken: number
}

const writer = new RequestWriter({ address: '192.0.2.7', trusted: false, proto: 'http', port: 80, via: 'evenkeel' })

/** Reads all requests of a connection as an engine would, `pieces` being the reads, all in one shared buffer. */
class Connection {
  private readonly head = new RequestHead()
  private readonly body = new BodyDecoder()
  private readonly kept = new HeadBuffer()
  private readonly shared = Buffer.alloc(4096)
  private inBody = false
  private ended = false
  /** Bytes of the connection in earlier reads. */
  private before = 0
  readonly outcome: Outcome = { messages: [], refused: 0, open: false, forwarded: [], taken: 0 }
  private readonly raw: boolean

  constructor(raw: boolean) {
    this.raw = raw
  }

  read(piece: Buffer): void {
    // The last connection's bytes stay behind the new ones on purpose: nothing may look past the end.
    piece.copy(this.shared)
    this.take(this.shared, piece.length)
    this.before += piece.length
  }

  private take(buffer: Buffer, end: number): void {
    let at = 0
    while (at < end && !this.ended) {
      if (this.inBody) at = this.takeBody(buffer, at, end)
      else {
        const next = this.takeHead(buffer, at, end)
        if (next < 0) return
        at = next
      }
      if (!this.inBody && this.outcome.refused === 0) this.outcome.taken = this.before + at
    }
  }

  private takeHead(buffer: Buffer, start: number, end: number): number {
    const { head, kept } = this
    let result: number = HEAD.more
    let held = 0
    if (kept.length === 0) {
      result = head.parse(buffer, start, end, DEFAULT_REQUEST_LIMITS)
      if (result === HEAD.more) kept.append(buffer, start, end, DEFAULT_REQUEST_LIMITS.headBytes)
    } else {
      held = kept.length
      if (kept.append(buffer, start, end, DEFAULT_REQUEST_LIMITS.headBytes)) {
        result = head.parse(kept.bytes, 0, kept.length, DEFAULT_REQUEST_LIMITS)
      }
      if (result !== HEAD.more) kept.clear()
    }
    if (result === HEAD.more) return -1
    if (result === HEAD.refused) {
      this.outcome.refused = head.status
      this.ended = true
      return end
    }
    this.started()
    // The body begins in the read at hand: a head is parsed as soon as its last line is there.
    return held === 0 ? head.end : start + head.end - held
  }

  private started(): void {
    const { head, outcome } = this
    const fields: string[] = []
    for (let index = 0; index < head.fields.count; index++)
      fields.push(head.fields.name(index), head.fields.value(index))
    const target = head.fields.text.split(' ', 2)[1] as string
    outcome.messages.push({ method: head.method, target, fields, body: '' })
    outcome.forwarded.push(writer.write(head, 'ID', head.authority === '' ? 'b' : head.authority, true))
    this.body.reset(head.framing, head.length, this.raw, Number.POSITIVE_INFINITY)
    this.inBody = true
    this.finished()
  }

  private finished(): void {
    if (this.body.state !== BODY.done) return
    this.inBody = false
    this.ended = !this.head.keepAlive
  }

  private takeBody(buffer: Buffer, start: number, end: number): number {
    const taken = this.body.consume(buffer, start, end)
    const last = this.outcome.messages.at(-1) as Reading
    last.body += buffer.toString('latin1', this.body.outStart, this.body.outEnd)
    if (this.body.state === BODY.refused) {
      this.outcome.refused = this.body.status
      this.ended = true
      return end
    }
    this.finished()
    return start + taken
  }

  close(): Outcome {
    if (this.kept.length > 0 && !this.ended) {
      const result = this.head.parse(this.kept.bytes, 0, this.kept.length, DEFAULT_REQUEST_LIMITS)
      if (result === HEAD.refused) this.outcome.refused = this.head.status
    }
    this.outcome.open = this.outcome.refused === 0 && (this.kept.length > 0 || this.body.state === BODY.more)
    return this.outcome
  }
}

function readOurs(text: string, cuts: number[] = [], raw = false): Outcome {
  const bytes = Buffer.from(text, 'latin1')
  const connection = new Connection(raw)
  let from = 0
  for (const cut of [...cuts.filter((at) => at > 0 && at < bytes.length).sort((a, b) => a - b), bytes.length]) {
    if (cut > from) connection.read(bytes.subarray(from, cut))
    from = cut
  }
  return connection.close()
}

class MemorySocket extends Duplex {
  override _read(): void {}
  override _write(_: unknown, __: unknown, done: () => void): void {
    done()
  }
  setTimeout(): this {
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

const oracle = createServer({ insecureHTTPParser: false })
const oracleOf = new WeakMap<object, (message: IncomingMessage) => void>()
const take = (message: IncomingMessage, answer: ServerResponse) => {
  oracleOf.get(message.socket)?.(message)
  // Node hands out pipelined requests one by one as those before are answered.
  answer.writeHead(200, { 'Content-Length': 0 }).end()
}
oracle.on('request', take)
oracle.on('checkContinue', (message: IncomingMessage, answer: ServerResponse) => {
  answer.writeContinue()
  take(message, answer)
})
oracle.on('checkExpectation', take)

/** What Node reads; `refused` is its error code. */
function readNode(text: string, expected: number): Promise<{ messages: Reading[]; refused: string }> {
  return new Promise((resolve) => {
    const socket = new MemorySocket()
    const messages: Reading[] = []
    let complete = 0
    const done = (refused: string) => {
      resolve({ messages, refused })
      socket.destroy()
    }
    oracleOf.set(socket, (message) => {
      const reading = {
        method: message.method as string,
        target: message.url as string,
        fields: message.rawHeaders,
        body: '',
      }
      messages.push(reading)
      message.setEncoding('latin1')
      message.on('data', (piece: string) => {
        reading.body += piece
      })
      message.on('end', () => {
        if (++complete === expected) done('')
      })
    })
    socket.once('oracle-refused', done)
    socket.once('close', () => done('closed'))
    oracle.emit('connection', socket)
    socket.push(Buffer.from(text, 'latin1'))
    socket.push(null)
  })
}
oracle.on('clientError', (error: NodeJS.ErrnoException, socket) =>
  socket.emit('oracle-refused', error.code ?? error.message),
)

const HEADS = [
  'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n',
  'GET /a/b?c=d HTTP/1.1\r\nHost: a:80\r\nX-One: 1\r\nConnection: keep-alive, X-One\r\n\r\n',
  'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'DELETE /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: [::1]:8\r\n\r\n1;a=b\r\nx\r\n00B;c="d"\r\nhello world\r\n0\r\nX-T: 1\r\n\r\n',
  'GET http://b.example:81/q?r HTTP/1.1\r\nHost: a\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 2\r\n\r\n',
  'HEAD /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  '\r\nPOST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc',
  'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n',
  'GET /f HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nVia: 1.0 x\r\nCookie: a=b\r\nEmpty:\r\n\r\n',
]
const FRAGMENTS = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    ' ',
    '\t',
    ':',
    ',',
    ';',
    '\0',
    '\x0b',
    '\x7f',
    '\x80',
    '\xff',
    '"',
    '\\',
    '%',
    '%2e',
    '%2f',
    '%00',
    '/',
    '..',
    '?',
    '#',
  ],
  ...[
    'Content-Length: 5\r\n',
    'Content-Length: 0\r\n',
    'Content-Length: 6, 5\r\n',
    'content-length:+3\r\n',
    'Content_Length: 9\r\n',
  ],
  ...[
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: gzip, chunked\r\n',
    'Transfer-Encoding:\tchunked \r\n',
    'Transfer-Encoding: Chunked\r\n',
  ],
  ...[
    'Transfer-Encoding : chunked\r\n',
    'Transfer-Encoding: identity\r\n',
    'TE: trailers\r\n',
    'Host: b\r\n',
    'Host:\r\n',
    'Host: a b\r\n',
    'X: 1\r\n 2\r\n',
  ],
  ...[
    'Connection: close\r\n',
    'Connection: host, content-length\r\n',
    'Upgrade: h2c\r\n',
    'Expect: 100-continue\r\n',
    'Expect: x\r\n',
    'X\r\n',
    ': x\r\n',
  ],
  ...[
    '0',
    '1',
    '5',
    'f',
    'F',
    '0x',
    '+',
    '-',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    ';x',
    ';x=y',
    '1.0',
    '1.1',
    '2.0',
    'HTTP/',
    'GET ',
    'CONNECT ',
    '*',
    'http://',
  ],
]

const edit = fc.record({
  at: fc.nat(200),
  drop: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(3)),
  put: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...FRAGMENTS) },
    fc.nat(255).map((byte) => String.fromCharCode(byte)),
    fc.constant(''),
  ),
})
const mutated = (bases: string[], most: number) =>
  fc.tuple(fc.constantFrom(...bases), fc.array(edit, { maxLength: most })).map(([base, edits]) => {
    let text = base
    for (const { at, drop, put } of edits) {
      const from = at % (text.length + 1)
      text = text.slice(0, from) + put + text.slice(from + drop)
    }
    return text
  })

const check = <T>(property: fc.IRawProperty<T>, runs = RUNS) =>
  fc.assert(property, { numRuns: runs, endOnFailure: RUNS > 10_000 })

/** Names that Node does not know as methods are refused there; that is not a difference in reading. */
const known = (messages: Reading[]) => messages.every((message) => METHODS.includes(message.method))

describe('requests', () => {
  it('that are accepted are read by Node in the same way, as sent and as passed on', {
    timeout: TIMEOUT_MS,
  }, async () => {
    let accepted = 0
    await check(
      fc.asyncProperty(mutated(HEADS, 3), fc.array(fc.nat(250), { maxLength: 3 }), async (text, cuts) => {
        const whole = readOurs(text)
        expect(readOurs(text, cuts)).toEqual(whole)
        if (whole.refused !== 0 || whole.open || whole.messages.length !== 1 || !known(whole.messages)) return
        accepted++
        const node = await readNode(text.slice(0, whole.taken), 1)
        expect(node).toEqual({ messages: whole.messages, refused: '' })
        const raw = readOurs(text, cuts, true)
        const passedOn = (raw.forwarded[0] as string) + (raw.messages[0] as Reading).body
        const backend = await readNode(passedOn, 1)
        expect(backend.refused).toBe('')
        expect(backend.messages).toHaveLength(1)
        expect(backend.messages[0]).toMatchObject({ method: node.messages[0]?.method, body: node.messages[0]?.body })
        // What we send on is strictly valid to ourselves, and a second pass does not change where it goes.
        const again = readOurs(passedOn)
        expect(again).toMatchObject({ refused: 0, open: false, messages: [{ target: backend.messages[0]?.target }] })
        expect(again.forwarded[0]?.split('\r\n', 1)).toEqual(passedOn.split('\r\n', 1))
      }),
    )
    expect(accepted).toBeGreaterThan(RUNS / 20)
  })

  it('are read the same when split at every byte', () => {
    for (const text of HEADS) {
      const whole = readOurs(text)
      expect(whole).toMatchObject({ refused: 0, open: false, messages: [{}] })
      for (let cut = 1; cut < text.length; cut++) expect(readOurs(text, [cut])).toEqual(whole)
      expect(
        readOurs(
          text,
          [...text].map((_, index) => index),
        ),
      ).toEqual(whole)
    }
  })

  it('can be glued together, and a bad one does not spoil those before it', { timeout: TIMEOUT_MS }, async () => {
    // Behind a request to upgrade nothing is HTTP until it is answered, so Node reads no further.
    const plain = HEADS.filter((text) => !text.includes('Upgrade'))
    const good = fc.array(fc.constantFrom(...plain), { minLength: 1, maxLength: 5 })
    await check(
      fc.asyncProperty(good, fc.array(fc.nat(900), { maxLength: 5 }), fc.boolean(), async (texts, cuts, bad) => {
        const glued = texts.join('')
        const outcome = readOurs(glued + (bad ? 'GET / HTTP/1.1\r\nHost : a\r\n\r\n' : ''), cuts)
        expect(outcome.messages).toEqual(texts.map((text) => readOurs(text).messages[0]))
        expect(outcome).toMatchObject({ refused: bad ? 400 : 0, open: false })
        const node = await readNode(glued, texts.length)
        expect(node).toEqual({ messages: outcome.messages, refused: '' })
      }),
      Math.min(RUNS, 2000),
    )
  })
})

const ANSWERS = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
  'HTTP/1.0 200 OK\r\nA: b\r\n\r\nuntil close',
  'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n',
  'HTTP/1.1 404 \r\nContent-Length: 2\r\nKeep-Alive: timeout=5\r\n\r\nno',
  'HTTP/1.1 304\r\nContent-Length: 2\r\nETag: "x"\r\n\r\n',
]

function answerOurs(text: string): { status: number; fields: string[]; body: string } | undefined {
  const bytes = Buffer.from(text, 'latin1')
  const head = new ResponseHead()
  if (head.parse(bytes, 0, bytes.length, DEFAULT_RESPONSE_LIMITS, 'GET', '') !== HEAD.ok || head.interim)
    return undefined
  const body = new BodyDecoder()
  body.reset(head.framing, head.length, false, Number.POSITIVE_INFINITY)
  let at = head.end
  let out = ''
  while (at < bytes.length && body.state === BODY.more) {
    at += body.consume(bytes, at, bytes.length)
    out += bytes.toString('latin1', body.outStart, body.outEnd)
  }
  // Bytes behind the answer are discarded with the connection; Node calls them an error.
  if (!body.close() || at < bytes.length) return undefined
  const fields: string[] = []
  for (let index = 0; index < head.fields.count; index++) fields.push(head.fields.name(index), head.fields.value(index))
  return { status: head.status, fields, body: out }
}

function answerNode(text: string): Promise<{ status: number; fields: string[]; body: string } | string> {
  return new Promise((resolve) => {
    const socket = new MemorySocket()
    const request = startRequest({ createConnection: () => socket, headers: { connection: 'close' } }, (message) => {
      let body = ''
      message.setEncoding('latin1')
      message.on('data', (piece: string) => {
        body += piece
      })
      message.on('error', (error) => resolve(error.message))
      message.on('end', () => resolve({ status: message.statusCode as number, fields: message.rawHeaders, body }))
    })
    request.on('error', (error) => resolve(error.message))
    request.end()
    socket.push(Buffer.from(text, 'latin1'))
    socket.push(null)
  })
}

describe('responses', () => {
  it('that are accepted are read by Node in the same way', { timeout: TIMEOUT_MS }, async () => {
    let accepted = 0
    await check(
      fc.asyncProperty(mutated(ANSWERS, 3), async (text) => {
        const ours = answerOurs(text)
        if (ours === undefined) return
        // RFC 9112 §6.3 lets a recipient take identical lengths for one; Node does not. Only one is passed on.
        if (ours.fields.filter((name, index) => index % 2 === 0 && /^content-length$/i.test(name)).length > 1) return
        accepted++
        expect(await answerNode(text)).toEqual(ours)
      }),
    )
    expect(accepted).toBeGreaterThan(RUNS / 20)
  })
})
