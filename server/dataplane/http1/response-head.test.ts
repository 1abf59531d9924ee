import { describe, expect, it } from 'vitest'
import { FRAMING } from './framing.ts'
import { HEAD } from './request-head.ts'
import { DEFAULT_RESPONSE_LIMITS, ResponseHead } from './response-head.ts'

function parse(
  text: string,
  method = 'GET',
  upgrade = '',
  limits = DEFAULT_RESPONSE_LIMITS,
): ResponseHead & { result: number } {
  const bytes = Buffer.from(text, 'latin1')
  const head = new ResponseHead()
  return Object.assign(head, { result: head.parse(bytes, 0, bytes.length, limits, method, upgrade) })
}

describe('a response head', () => {
  it('yields status, framing and fields', () => {
    const head = parse('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello')
    expect(head).toMatchObject({
      result: HEAD.ok,
      status: 200,
      minor: 1,
      framing: FRAMING.length,
      length: 5,
      keepAlive: true,
      interim: false,
    })
    expect(head.field('x-a')).toBe('b')
    expect(head.end).toBe('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\n'.length)
  })

  it('asks for more at every byte before its end', () => {
    const text = 'HTTP/1.0 404 Not Found\r\nA: b\r\n\r\n'
    for (let end = 0; end < text.length; end++) expect(parse(text.slice(0, end)).result).toBe(HEAD.more)
    expect(parse(text)).toMatchObject({ result: HEAD.ok, status: 404, framing: FRAMING.untilClose, keepAlive: false })
  })

  it.each(['HTTP/1.1 200\r\n\r\n', 'HTTP/1.1 200 \r\n\r\n', 'HTTP/1.1 200 Tr\xe8s bien\r\n\r\n'])(
    'accepts %j',
    (text) => {
      expect(parse(text)).toMatchObject({ result: HEAD.ok, status: 200 })
    },
  )

  it.each([
    ['garbage', 'hello'],
    ['TLS alert', '\x15\x03\x01'],
    ['status 099', 'HTTP/1.1 099 No\r\n\r\n'],
    ['status 1000', 'HTTP/1.1 1000 No\r\n\r\n'],
    ['two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a sign', 'HTTP/1.1 +20 OK\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['HTTP/1.2', 'HTTP/1.2 200 OK\r\n\r\n'],
    ['control in the reason', 'HTTP/1.1 200 O\0K\r\n\r\n'],
    ['NUL in a value', 'HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n'],
    ['CR in a value', 'HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n'],
    ['a space in a name', 'HTTP/1.1 200 OK\r\nA b: c\r\n\r\n'],
    ['a line that is no field', 'HTTP/1.1 200 OK\nhello\n\n'],
    ['folding', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n'],
    ['length and coding', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['differing lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['bad length', 'HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n'],
    ['huge length', 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999\r\n\r\n'],
    ['bad length in an answer without body', 'HTTP/1.1 304 No\r\nContent-Length: x\r\n\r\n'],
    ['unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n'],
    ['chunked behind another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n'],
    [
      'a length and a coding on lines that need mending',
      'HTTP/1.1 200 OK\nContent-Length : 1\nTransfer-Encoding : chunked\n\n',
    ],
    ['101 unasked', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['100 with a body', 'HTTP/1.1 100 Continue\r\nContent-Length: 1\r\n\r\n'],
  ])('refuses: %s', (_, text) => {
    const head = parse(text)
    expect(head.result).toBe(HEAD.refused)
    expect(head.reason).not.toBe('')
  })

  it.each([
    ['LF alone', 'HTTP/1.1 200 OK\nA: b\nContent-Length: 0\n\n', ['A', 'b', 'Content-Length', '0']],
    ['LF alone on the last line only', 'HTTP/1.1 200 OK\r\nA: b\r\n\n', ['A', 'b']],
    ['LF alone behind the status', 'HTTP/1.1 200 OK\nA: b\r\n\r\n', ['A', 'b']],
    ['whitespace before a colon', 'HTTP/1.1 200 OK\r\nA : b\r\nC\t \t: d\r\n\r\n', ['A', 'b', 'C', 'd']],
    ['a control character in a value', 'HTTP/1.1 200 OK\r\nA: b\x01c\x7fd\r\n\r\n', ['A', 'b c d']],
    ['a control character in the reason', 'HTTP/1.1 200 O\x08K\r\nA: b\r\n\r\n', ['A', 'b']],
    ['colons in a value', 'HTTP/1.1 200 OK\nA: b : c\n\n', ['A', 'b : c']],
  ])('takes what every proxy takes: %s', (_, text, fields) => {
    const head = parse(`${text}behind`)
    const read = Array.from({ length: head.fields.count }, (_, at) => [head.fields.name(at), head.fields.value(at)])
    expect([head.result, head.end, read.flat()]).toEqual([HEAD.ok, text.length, fields])
    for (let end = 0; end < text.length; end++) expect(parse(text.slice(0, end)).result).toBe(HEAD.more)
  })

  it('takes statuses of no class, and chunks of HTTP/1.0, whose connection ends', () => {
    for (const status of [600, 799, 999]) expect(parse(`HTTP/1.1 ${status} No\r\n\r\n`)).toMatchObject({ status })
    expect(parse('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n')).toMatchObject({
      result: HEAD.ok,
      framing: FRAMING.chunked,
      keepAlive: false,
    })
  })

  it('refuses a head that is too large while it is mended', () => {
    const limits = { headBytes: 50, fields: 9 }
    expect(parse(`HTTP/1.1 200 OK\nA: ${'b'.repeat(20)}`, 'GET', '', limits).result).toBe(HEAD.more)
    expect(parse(`HTTP/1.1 200 OK\nA: ${'b'.repeat(99)}`, 'GET', '', limits).result).toBe(HEAD.refused)
    expect(parse(`HTTP/1.1 200 OK\n${'A:b\n'.repeat(10)}\n`, 'GET', '', { headBytes: 500, fields: 9 }).result).toBe(
      HEAD.refused,
    )
  })

  it('limits size and fields', () => {
    expect(parse(`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(99)}`, 'GET', '', { headBytes: 50, fields: 9 }).result).toBe(
      HEAD.refused,
    )
    expect(
      parse(`HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(10)}\r\n`, 'GET', '', { headBytes: 500, fields: 9 }).result,
    ).toBe(HEAD.refused)
  })

  it('frames by method and status', () => {
    expect(parse('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n').framing).toBe(FRAMING.chunked)
    expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'HEAD')).toMatchObject({
      framing: FRAMING.none,
      announced: 9,
    })
    expect(parse('HTTP/1.1 304 N\r\nContent-Length: 9\r\n\r\n')).toMatchObject({
      framing: FRAMING.none,
      announced: 9,
      keepAlive: true,
    })
    expect(parse('HTTP/1.1 204 N\r\nContent-Length: 0\r\n\r\n')).toMatchObject({
      framing: FRAMING.none,
      announced: -1,
      keepAlive: true,
    })
    expect(parse('HTTP/1.1 204 N\r\nContent-Length: 3\r\n\r\n')).toMatchObject({
      framing: FRAMING.none,
      keepAlive: false,
    })
    expect(parse('HTTP/1.1 200 OK\r\n\r\n')).toMatchObject({ framing: FRAMING.untilClose, keepAlive: false })
    expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n').length).toBe(4)
  })

  it('knows interim answers and asked-for upgrades', () => {
    expect(parse('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n')).toMatchObject({
      interim: true,
      framing: FRAMING.none,
      keepAlive: true,
    })
    const switched = 'HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n'
    expect(parse(switched, 'GET', 'websocket')).toMatchObject({ result: HEAD.ok, interim: false, upgrade: 'WebSocket' })
    expect(parse(switched, 'GET', 'other').result).toBe(HEAD.refused)
    expect(parse('HTTP/1.1 101 S\r\n\r\n', 'GET', 'websocket').result).toBe(HEAD.refused)
  })

  it('reads how long the connection lives', () => {
    expect(parse('HTTP/1.1 200 OK\r\nKeep-Alive: max=9, timeout=5\r\nContent-Length: 0\r\n\r\n').keepAliveSeconds).toBe(
      5,
    )
    for (const spelled of ['Timeout = 5', ' timeout=5;max=9 ', 'MAX=9,TIMEOUT="5"'])
      expect(parse(`HTTP/1.1 200 OK\r\nkeep-alive:${spelled}\r\nContent-Length: 0\r\n\r\n`).keepAliveSeconds).toBe(5)
    expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n').keepAliveSeconds).toBe(-1)
    expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n').keepAlive).toBe(false)
    expect(parse('HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n').keepAlive).toBe(true)
  })
})
