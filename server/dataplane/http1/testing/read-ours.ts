/** Test helper: reads whole connections with this codec, the way an engine on a shared read buffer does. */
import { BODY, BodyDecoder, chunkLine, LAST_CHUNK } from '../body.ts'
import { HeadBuffer } from '../head-buffer.ts'
import { DEFAULT_REQUEST_LIMITS, HEAD, RequestHead } from '../request-head.ts'
import { RequestWriter } from '../request-writer.ts'
import { DEFAULT_RESPONSE_LIMITS, ResponseHead } from '../response-head.ts'
import { RELAY, ResponseWriter } from '../response-writer.ts'

/** One request as a parser has read it. */
export interface Reading {
  method: string
  target: string
  fields: string[]
  body: string
}
/** One answer as a parser has read it. */
export interface AnswerReading {
  status: number
  fields: string[]
  body: string
}

/** All that was read of a connection. */
export interface Outcome {
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

const writer = new RequestWriter({ address: '192.0.2.7', trusted: false, proto: 'http', via: 'evenkeel' })

const rules = { via: false, trusts: () => false }

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
    outcome.forwarded.push(writer.write(head, 'ID', head.authority === '' ? 'b' : head.authority, true, rules))
    this.body.reset(head.framing, head.length, this.raw, Number.POSITIVE_INFINITY, undefined, false)
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
    last.body += buffer.toString('latin1', this.body.outStart, this.body.outEnd) + this.body.tail
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

/** Reads the bytes of a connection, in several reads when there are `cuts`; `raw`: bodies with their chunk framing. */
export function readOurs(text: string, cuts: number[] = [], raw = false): Outcome {
  const bytes = Buffer.from(text, 'latin1')
  const connection = new Connection(raw)
  let from = 0
  for (const cut of [...cuts.filter((at) => at > 0 && at < bytes.length).sort((a, b) => a - b), bytes.length]) {
    if (cut > from) connection.read(bytes.subarray(from, cut))
    from = cut
  }
  return connection.close()
}

const GET = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
const responseWriter = new ResponseWriter('evenkeel')

/** Reads one whole answer to a GET; undefined when it is refused, incomplete or followed by something. `passedOn`: what the client gets. */
export function answerOurs(text: string): { reading: AnswerReading; passedOn: string } | undefined {
  const bytes = Buffer.from(text, 'latin1')
  const request = new RequestHead()
  const head = new ResponseHead()
  request.parse(GET, 0, GET.length, DEFAULT_REQUEST_LIMITS)
  if (head.parse(bytes, 0, bytes.length, DEFAULT_RESPONSE_LIMITS, 'GET', '') !== HEAD.ok || head.interim)
    return undefined
  const fields: string[] = []
  for (let index = 0; index < head.fields.count; index++) fields.push(head.fields.name(index), head.fields.value(index))
  const body = answerBody(head, bytes, false)
  if (body === undefined) return undefined
  let passedOn = responseWriter.write(request, head, 'ID', '', false)
  if (responseWriter.relay === RELAY.asIs) passedOn += answerBody(head, bytes, true) ?? ''
  if (responseWriter.relay === RELAY.chunk) passedOn += `${body && `${chunkLine(body.length)}${body}\r\n`}${LAST_CHUNK}`
  return { reading: { status: head.status, fields, body }, passedOn }
}

function answerBody(head: ResponseHead, bytes: Buffer, raw: boolean): string | undefined {
  const body = new BodyDecoder()
  body.reset(head.framing, head.length, raw, Number.POSITIVE_INFINITY, undefined, true)
  let at = head.end
  let out = ''
  while (at < bytes.length && body.state === BODY.more) {
    at += body.consume(bytes, at, bytes.length)
    out += bytes.toString('latin1', body.outStart, body.outEnd) + body.tail
  }
  // Bytes behind the answer are discarded with the connection; Node calls them an error.
  return body.close() && at === bytes.length ? out : undefined
}
