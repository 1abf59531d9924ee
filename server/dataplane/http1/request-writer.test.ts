import { describe, expect, it } from 'vitest'
import { DEFAULT_REQUEST_LIMITS, HEAD, RequestHead } from './request-head.ts'
import { type ClientFacts, type ForwardingRules, RequestWriter } from './request-writer.ts'

const FACTS: ClientFacts = { address: '192.0.2.7', trusted: false, proto: 'http', via: 'evenkeel' }
const RULES: ForwardingRules = { via: false, trusts: (address) => address.startsWith('10.') }

function write(
  text: string,
  facts: Partial<ClientFacts> = {},
  host?: string,
  forwardExpect = true,
  rules: Partial<ForwardingRules> = {},
): string {
  const bytes = Buffer.from(text, 'latin1')
  const head = new RequestHead()
  expect(head.parse(bytes, 0, bytes.length, { ...DEFAULT_REQUEST_LIMITS, allowTrace: true })).toBe(HEAD.ok)
  return new RequestWriter({ ...FACTS, ...facts }).write(head, 'ID', host ?? head.authority, forwardExpect, {
    ...RULES,
    ...rules,
  })
}

const own = (host: string, port = '80') =>
  `X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Port: ${port}\r\nX-Forwarded-Host: ${host}\r\nX-Request-Id: ID\r\n`

describe('the head towards the backend', () => {
  it('copies line and fields and adds ours', () => {
    const head = 'GET /a?b HTTP/1.1\r\nHost: a.example:81\r\nAccept: */*\r\nCookie: x=y\r\n'
    expect(write(`${head}\r\n`)).toBe(`${head}${own('a.example:81', '81')}\r\n`)
    expect(write(`${head}Connection: keep-alive\r\n\r\n`)).toBe(`${head}${own('a.example:81', '81')}\r\n`)
  })

  it('passes the request line on as it came', () => {
    const line = 'GET //a//%7e/b%2f;c?<d>=%zz//../ HTTP/1.1\r\nHost: a\r\n'
    expect(write(`${line}\r\n`)).toBe(`${line}${own('a')}\r\n`)
  })

  it('writes a line of its own for another form, another version and dot segments', () => {
    expect(write('GET /a/%2e%2E/b//c?<d>/../ HTTP/1.1\r\nHost: a\r\n\r\n')).toBe(
      `GET /b//c?<d>/../ HTTP/1.1\r\nHost: a\r\n${own('a')}\r\n`,
    )
    expect(write('GET http://a//%7e?<c> HTTP/1.1\r\nHost: a\r\n\r\n')).toBe(
      `GET //%7e?<c> HTTP/1.1\r\nHost: a\r\n${own('a')}\r\n`,
    )
    expect(write('GET http://b:1/x HTTP/1.1\r\nX: 1\r\nHost: a\r\nY: 2\r\n\r\n')).toBe(
      `GET /x HTTP/1.1\r\nHost: b:1\r\nX: 1\r\nY: 2\r\n${own('b:1', '1')}\r\n`,
    )
    expect(write('GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n')).toBe(`GET /x HTTP/1.1\r\nHost: a\r\n${own('a')}\r\n`)
    expect(write('GET / HTTP/1.0\r\nX: 1\r\n\r\n', {}, 'backend:1')).toBe(
      `GET / HTTP/1.1\r\nHost: backend:1\r\nX: 1\r\n${own('backend:1')}\r\n`,
    )
    expect(write('GET / HTTP/1.0\r\n\r\n', {}, 'b')).toBe(`GET / HTTP/1.1\r\nHost: b\r\n${own('b')}\r\n`)
  })

  it('can give the backend another Host', () => {
    expect(write('GET /x HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n', {}, 'b')).toBe(
      `GET /x HTTP/1.1\r\nHost: b\r\nX: 1\r\n${own('a')}\r\n`,
    )
  })

  it('removes fields of this hop and those named in Connection, but never framing or Host', () => {
    const sent =
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Secret, host, content-length, via\r\nKeep-Alive: 5\r\nTE: trailers\r\nx-secret: 1\r\n' +
      'Proxy-Connection: x\r\nProxy: http://evil\r\nProxy-Authorization: x\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nVia: x\r\nX-Request-Id: spoofed\r\n' +
      'Content-Length: 03\r\nX: 1\r\n\r\n'
    expect(write(sent)).toBe(`POST / HTTP/1.1\r\nHost: a\r\nX: 1\r\n${own('a')}Content-Length: 3\r\n\r\n`)
  })

  it('writes the framing itself', () => {
    expect(write('PUT / HTTP/1.1\r\nTransfer-Encoding: CHUNKED \r\nHost: a\r\n\r\n')).toBe(
      `PUT / HTTP/1.1\r\nHost: a\r\n${own('a')}Transfer-Encoding: chunked\r\n\r\n`,
    )
    expect(write('PUT / HTTP/1.1\r\nContent-Length: 002\t \r\nHost: a\r\n\r\n')).toBe(
      `PUT / HTTP/1.1\r\nHost: a\r\n${own('a')}Content-Length: 2\r\n\r\n`,
    )
    expect(write('DELETE / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: a\r\n\r\n')).toBe(
      `DELETE / HTTP/1.1\r\nHost: a\r\n${own('a')}Transfer-Encoding: chunked\r\n\r\n`,
    )
    expect(write('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')).toContain('\r\nContent-Length: 0\r\n')
  })

  it('replaces what an untrusted client says about itself, however spelled', () => {
    const spoofed =
      'X-Forwarded-For: 1.1.1.1\r\nx-forwarded-proto: https\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Port: 1\r\nForwarded: for=1.1.1.1\r\n' +
      'X-Real-IP: 1.1.1.1\r\nX-Forwarded-Prefix: /x\r\nX_Forwarded_For: 1.1.1.1\r\nx-real_ip: 1.1.1.1\r\n'
    expect(write(`GET / HTTP/1.1\r\nHost: a\r\n${spoofed}\r\n`)).toBe(`GET / HTTP/1.1\r\nHost: a\r\n${own('a')}\r\n`)
  })

  it('keeps what a trusted proxy says and appends to X-Forwarded-For', () => {
    const said =
      'X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop\r\nX-Forwarded-Port: 443\r\nForwarded: for=1.1.1.1\r\n'
    const lists = 'X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n'
    expect(write(`GET / HTTP/1.1\r\nHost: a\r\n${said}${lists}X_Forwarded_For: 9\r\n\r\n`, { trusted: true })).toBe(
      `GET / HTTP/1.1\r\nHost: a\r\n${said}X-Forwarded-For: 1.1.1.1, 2.2.2.2, 192.0.2.7\r\nX-Request-Id: ID\r\n\r\n`,
    )
    expect(write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', { trusted: true })).toBe(
      `GET / HTTP/1.1\r\nHost: a\r\n${own('a')}\r\n`,
    )
    const named =
      'Connection: x-forwarded-for, x-forwarded-proto\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\n'
    const out = write(`GET / HTTP/1.1\r\nHost: a\r\n${named}\r\n`, { trusted: true })
    expect(out).toContain('X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\n')
    expect(out).not.toContain('https')
  })

  it.each([
    ['a', 'http', '80'],
    ['a.', 'http', '80'],
    ['a', 'https', '443'],
    ['a:8443', 'https', '8443'],
    ['a:', 'http', '80'],
    ['a.:81', 'http', '81'],
    ['[::1]', 'http', '80'],
    ['[2001:db8::7]:8080', 'http', '8080'],
  ] as const)('says for host %s over %s that the port is %s', (host, proto, port) => {
    expect(write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`, { proto })).toContain(
      `X-Forwarded-Proto: ${proto}\r\nX-Forwarded-Port: ${port}\r\nX-Forwarded-Host: ${host}\r\n`,
    )
  })

  it.each([
    ['X-Forwarded-Proto: https', '443'],
    ['X-Forwarded-Proto: HTTPS, http', '443'],
    ['X-Forwarded-Proto: http', '80'],
    ['X-Forwarded-Host: shop.test:8443', '8443'],
    ['X-Forwarded-Host: shop.test:8443, inner:81', '8443'],
    ['X-Forwarded-Host: shop.test\r\nX-Forwarded-Proto: https', '443'],
    ['X-Forwarded-Host: 2001:db8::7', '80'],
    ['X-Forwarded-Host: shop.test:evil', '80'],
    ['X-Forwarded-Port: 9\r\nX-Forwarded-Host: shop.test:8443', '9'],
    ['X-Forwarded-For: 1.1.1.1', '80'],
    ['Forwarded: proto=https', '443'],
    ['Forwarded: host="shop.test:8443"', '8443'],
  ])('says behind a trusted proxy that sends %s that the port is %s', (said, port) => {
    const out = write(`GET / HTTP/1.1\r\nHost: inner.test\r\n${said}\r\n\r\n`, { trusted: true })
    expect(out.match(/X-Forwarded-Port: .*/g)).toEqual([`X-Forwarded-Port: ${port}`])
  })

  it('adds Via only where that is wished', () => {
    for (const trusted of [true, false]) {
      const via = (version: string) =>
        write(`GET / HTTP/${version}\r\nHost: a\r\nVia: 1.1 edge\r\n\r\n`, { trusted }, 'a', true, { via: true })
      expect(via('1.1').match(/Via: .*/g)).toEqual(['Via: 1.1 edge', 'Via: 1.1 evenkeel'])
      expect(via('1.0').match(/Via: .*/g)).toEqual(['Via: 1.1 edge', 'Via: 1.0 evenkeel'])
    }
    expect(write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).not.toContain('Via')
    expect(write('GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 edge\r\n\r\n').match(/Via: .*/g)).toEqual(['Via: 1.1 edge'])
  })

  it('says in X-Forwarded-* what Forwarded alone says', () => {
    const forwarded = 'Forwarded: for="[2001:db8::7]:443";proto=https;host="shop.test", for=10.1.1.1\r\n'
    const head = `GET / HTTP/1.1\r\nHost: inner\r\n${forwarded}`
    expect(write(`${head}\r\n`, { trusted: true })).toBe(
      `${head}X-Forwarded-For: 2001:db8::7, 10.1.1.1, 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\nX-Forwarded-Host: shop.test\r\nX-Request-Id: ID\r\n\r\n`,
    )
    for (const line of ['Forwarded: for=1.1.1.1\r\nForwarded: for=10.1.1.1', 'Forwarded: for=1.1.1.1, for=10.1.1.1'])
      expect(write(`GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n\r\n`, { trusted: true })).toContain(
        'X-Forwarded-For: 1.1.1.1, 10.1.1.1, 192.0.2.7\r\nX-Forwarded-Proto: http\r\n',
      )
  })

  it.each([
    [
      'X-Forwarded-For is there',
      'X-Forwarded-For: 1.1.1.1',
      'X-Forwarded-For: 1.1.1.1, 192.0.2.7\r\nX-Forwarded-Proto: http',
    ],
    ['X-Forwarded-Proto is there', 'X-Forwarded-Proto: http', 'X-Forwarded-For: 192.0.2.7\r\n'],
    ['it is for this hop', 'Connection: forwarded', 'X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http'],
    ['it is not well-formed', 'Forwarded: x', 'X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http'],
    ['another of its kind is there', 'X-Real-IP: 1.1.1.1', 'X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n'],
  ])('reads Forwarded only alone: %s', (_, line, wanted) => {
    const said = 'Forwarded: for=6.6.6.6;proto=https'
    expect(write(`GET / HTTP/1.1\r\nHost: a\r\n${said}\r\n${line}\r\n\r\n`, { trusted: true })).toContain(wanted)
  })

  it('passes an upgrade and an expectation on', () => {
    const upgrade =
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n'
    expect(write(upgrade)).toBe(
      `GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: k\r\n${own('a')}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    const expecting = 'PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n'
    expect(write(expecting)).toContain('Expect: 100-continue\r\n')
    expect(write(expecting, {}, 'a', false)).not.toContain('Expect')
  })

  it('counts Max-Forwards down for OPTIONS and TRACE only', () => {
    expect(write('OPTIONS /x HTTP/1.1\r\nMax-Forwards: 3\r\nHost: a\r\n\r\n')).toContain('Max-Forwards: 2\r\n')
    expect(write('TRACE /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 1\r\n\r\n')).toContain('Max-Forwards: 0\r\n')
    expect(write('GET /x HTTP/1.1\r\nMax-Forwards: 3\r\nHost: a\r\n\r\n')).toContain('Max-Forwards: 3\r\n')
  })
})
