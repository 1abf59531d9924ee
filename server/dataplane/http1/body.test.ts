import { describe, expect, it } from 'vitest'
import { BODY, BodyDecoder, chunkLine } from './body.ts'
import { FRAMING, type Framing } from './framing.ts'

/** Feeds `text` in pieces of `size` bytes; what was reported, how many bytes were taken, and the decoder. */
function decode(
  text: string,
  options: {
    framing?: Framing
    length?: number
    raw?: boolean
    limit?: number
    size?: number
    removed?: Set<string>
    lenient?: boolean
  } = {},
) {
  const {
    framing = FRAMING.chunked,
    length = 0,
    raw = false,
    limit = Number.POSITIVE_INFINITY,
    size = text.length,
    removed = undefined,
    lenient = false,
  } = options
  const body = new BodyDecoder()
  body.reset(framing, length, raw, limit, removed, lenient)
  const bytes = Buffer.from(text, 'latin1')
  let out = ''
  let at = 0
  while (at < bytes.length && body.state === BODY.more) {
    const end = Math.min(at + size, bytes.length)
    while (at < end && body.state === BODY.more) {
      at += body.consume(bytes, at, end)
      if (body.outEnd > body.outStart) out += bytes.toString('latin1', body.outStart, body.outEnd)
      out += body.tail
    }
  }
  return { out, taken: at, body }
}

const STREAM = '5\r\nhello\r\n1;a=b;c="\\" d"\r\n \r\n00A\r\nworld67890\r\n0;last\r\nX-Sum: 1\r\nY:\r\n\r\n'

describe('chunked bodies', () => {
  it.each([1, 2, 3, 1000])('leave trailers out that end at this hop, read in pieces of %i bytes', (size) => {
    const removed = new Set(['x-sum'])
    expect(decode(STREAM, { size, raw: true, removed }).out).toMatch(/\r\n0\r\nY:\r\n\r\n$/)
    expect(decode(STREAM, { size, removed }).out).toBe('hello world67890')
    const long = `0\r\n${'n'.repeat(70)}: 1\r\n\r\n`
    expect(decode(long, { size, raw: true }).out).toBe(long)
    expect(decode(long, { size, raw: true, removed }).out).toBe('0\r\n\r\n')
  })

  it.each([1, 2, 3, 1000])('take more from a backend than from a client, in pieces of %i bytes', (size) => {
    const padded = '5  \r\nhello\r\n0 ;x\r\nSet-Cookie: a\r\nX: 1\r\n\r\n'
    expect(decode(padded, { size, raw: true }).body.state).toBe(BODY.refused)
    const taken = decode(padded, { size, raw: true, lenient: true })
    expect(taken).toMatchObject({ out: '5\r\nhello\r\n0\r\nX: 1\r\n\r\n', body: { state: BODY.done } })
    const ruled = '5\r\nhello\r\n0\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nHost: b\r\nX: 1\r\n\r\n'
    expect(decode(ruled, { size, raw: true, lenient: true }).out).toBe('5\r\nhello\r\n0\r\nX: 1\r\n\r\n')
    for (const bad of ['5 5\r\n', ' 5\r\n', '5 \t\r\n', '5\t\r\n', '5 \n', '5;a \r\n'])
      expect(decode(bad, { size, raw: true, lenient: true }).body.state).toBe(BODY.refused)
  })

  it.each([1, 2, 3, 5, 7, 1000])('give payload or clean framing, read in pieces of %i bytes', (size) => {
    const payload = decode(`${STREAM}GET /`, { size })
    expect(payload).toMatchObject({
      out: 'hello world67890',
      taken: STREAM.length,
      body: { state: BODY.done, received: 16 },
    })
    const raw = decode(`${STREAM}GET /`, { size, raw: true })
    expect(raw.out).toBe('5\r\nhello\r\n1\r\n \r\n00A\r\nworld67890\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n')
    expect(raw).toMatchObject({ taken: STREAM.length, body: { state: BODY.done, received: 16 } })
  })

  it.each([1, 2, 3, 1000])(
    'take whitespace around the semicolons and equals signs of extensions, in pieces of %i bytes',
    (size) => {
      for (const extension of [' ;a', '; a', '\t;\ta = b', ';a\t="c d" ; e', '  ;  a  =  b  ;  c', ' ;a= "\\""']) {
        const stream = `5${extension}\r\nhello\r\n0${extension}\r\n\r\n`
        for (const lenient of [true, false]) {
          const raw = decode(`${stream}GET /`, { size, raw: true, lenient })
          expect(raw).toMatchObject({
            out: '5\r\nhello\r\n0\r\n\r\n',
            taken: stream.length,
            body: { state: BODY.done },
          })
          expect(decode(stream, { size, lenient }).out).toBe('hello')
        }
      }
    },
  )

  it.each([1, 3, 1000])('leave trailers out that must not come late, in pieces of %i bytes', (size) => {
    const late = [
      'Vary: a',
      'cache-control: x',
      'Content-Type: a/b',
      'HOST: b',
      'X_Forwarded_For: 1',
      'Set-Cookie: a=b',
    ]
    const more = [
      'Authorization: x',
      'Location: /',
      'Content_Length: 3',
      'TE: trailers',
      'Trailer: x',
      'Date: now',
      'EXPIRES: 0',
    ]
    const kept = ['Server-Timing: a', 'ETag: "x"', 'Digest: y', 'grpc-status: 0']
    const lines = [...late, ...kept, ...more].map((line) => `${line}\r\n`).join('')
    const out = `0\r\n${kept.map((line) => `${line}\r\n`).join('')}\r\n`
    for (const lenient of [true, false])
      expect(decode(`0\r\n${lines}\r\n`, { size, raw: true, lenient })).toMatchObject({
        out,
        body: { state: BODY.done },
      })
  })

  it('report a whole stream in canonical form as one range', () => {
    const bytes = Buffer.from('3\r\nabc\r\n0\r\n\r\n')
    const body = new BodyDecoder()
    body.reset(FRAMING.chunked, 0, true, 10, undefined, false)
    expect(body.consume(bytes, 0, bytes.length)).toBe(bytes.length)
    expect([body.outStart, body.outEnd, body.state]).toEqual([0, bytes.length, BODY.done])
  })

  it.each([
    ['sign', '+5\r\nhello\r\n0\r\n\r\n'],
    ['minus', '-5\r\nhello\r\n'],
    ['0x', '0x5\r\nhello\r\n0\r\n\r\n'],
    ['not hex', 'g\r\n'],
    ['empty size', '\r\nhello'],
    ['space before', ' 5\r\nhello\r\n'],
    ['space behind', '5 \r\nhello\r\n'],
    ['tab behind', '5\t\r\nhello\r\n'],
    ['space within', '1 0\r\n'],
    ['space behind an extension', '5;a \r\nhello\r\n'],
    ['space behind a value', '5;a=b \r\nhello\r\n'],
    ['space behind a quoted value', '5;a="b"\t\r\nhello\r\n'],
    ['space instead of a semicolon', '5 a\r\nhello\r\n'],
    ['space within a name', '5;a b\r\nhello\r\n'],
    ['bare LF behind whitespace', '5 \nhello\r\n'],
    ['bare CR behind whitespace', '5 ;a=\rb\r\n'],
    ['endless whitespace', `5${' '.repeat(300)};a\r\nhello\r\n`],
    ['another control in whitespace', '5 \x0b;a\r\nhello\r\n'],
    ['over 2^53', '20000000000000\r\n'],
    ['too many digits', '00000000000000005\r\nhello\r\n'],
    ['no LF behind the size', '5\rXhello'],
    ['bare LF behind the size', '5\nhello\r\n'],
    ['no CR LF behind the chunk', '5\r\nhelloX'],
    ['bare LF behind the chunk', '5\r\nhello\n'],
    ['no LF behind the chunk', '5\r\nhello\rX'],
    ['long extension', `5;${'a'.repeat(257)}\r\nhello\r\n`],
    ['long extension in parts', `5${';a=b'.repeat(65)}\r\nhello\r\n`],
    ['bare LF in an extension', '5;a\nb\r\nhello\r\n'],
    ['bare LF in a quoted extension', '5;a="\n"\r\nhello\r\n'],
    ['empty extension', '5;\r\nhello\r\n'],
    ['extension without value', '5;a=\r\nhello\r\n'],
    ['open quote', '5;a="\r\nhello\r\n'],
    ['Content-Length in the trailers', '0\r\nContent-Length: 5\r\n\r\n'],
    ['Transfer-Encoding in the trailers', '0\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['content-length in the trailers behind others', '0\r\nVary: a\r\nX: 1\r\ncontent-LENGTH: 5\r\n\r\n'],
    ['folded trailer', '0\r\nA: b\r\n c\r\n\r\n'],
    ['trailer without name', '0\r\n: b\r\n\r\n'],
    ['trailer with space', '0\r\nA : b\r\n\r\n'],
    ['control in a trailer', '0\r\nA: \0\r\n\r\n'],
    ['bare LF in a trailer', '0\r\nA: b\n\r\n'],
    ['bare LF at the end', '0\r\n\n'],
    ['bare CR at the end', '0\r\n\rX'],
    ['too many trailers', `0\r\n${'A: b\r\n'.repeat(101)}\r\n`],
    ['trailers too large', `0\r\nA: ${'b'.repeat(70_000)}\r\n\r\n`],
  ])('refuse: %s', (_, text) => {
    for (const size of [1, text.length]) {
      for (const raw of [false, true]) {
        const { body } = decode(text, { size, raw })
        expect(body).toMatchObject({ state: BODY.refused, status: 400 })
        expect(body.reason).not.toBe('')
      }
    }
  })

  it('allow 256 bytes of extension and the largest size', () => {
    expect(decode(`5;${'a'.repeat(255)}\r\nhello\r\n0\r\n\r\n`).body.state).toBe(BODY.done)
    expect(decode('1FFFFFFFFFFFFF\r\nx').body.state).toBe(BODY.more)
  })

  it('stop at the limit, before the payload goes on', () => {
    expect(decode('5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n', { limit: 5 }).body).toMatchObject({
      state: BODY.refused,
      status: 413,
    })
    expect(decode('5\r\nhello\r\n0\r\n\r\n', { limit: 5 }).body.state).toBe(BODY.done)
  })
})

describe('other bodies', () => {
  it('end at their length and leave the rest', () => {
    for (const size of [1, 3, 100]) {
      expect(decode('helloGET', { framing: FRAMING.length, length: 5, size })).toMatchObject({
        out: 'hello',
        taken: 5,
        body: { state: BODY.done },
      })
    }
    expect(decode('', { framing: FRAMING.length, length: 0 }).body.state).toBe(BODY.done)
    expect(decode('x', { framing: FRAMING.none })).toMatchObject({ taken: 0, body: { state: BODY.done } })
    expect(decode('', { framing: FRAMING.length, length: 6, limit: 5 }).body).toMatchObject({
      state: BODY.refused,
      status: 413,
    })
  })

  it('end by closing only when that is their framing', () => {
    const open = decode('hello', { framing: FRAMING.untilClose })
    expect(open).toMatchObject({ out: 'hello', body: { state: BODY.more } })
    expect(open.body.close()).toBe(true)
    expect(decode('hell', { framing: FRAMING.length, length: 5 }).body.close()).toBe(false)
    expect(decode('5\r\nhello\r\n').body.close()).toBe(false)
    expect(decode('5\r\nhello\r\n0\r\n').body.close()).toBe(false)
    expect(decode('hello', { framing: FRAMING.untilClose, limit: 4 }).body).toMatchObject({
      state: BODY.refused,
      status: 413,
    })
  })

  it('are framed as chunks by hexadecimal size', () => {
    expect(chunkLine(255)).toBe('ff\r\n')
  })
})
