import { describe, expect, it } from 'vitest'
import { DEFAULT_REQUEST_LIMITS, HEAD, RequestHead } from './request-head.ts'
import { DEFAULT_RESPONSE_LIMITS, ResponseHead } from './response-head.ts'
import { RELAY, ResponseWriter } from './response-writer.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const OLD = 'GET / HTTP/1.0\r\n\r\n'

function heads(requestText: string, responseText: string) {
  const asked = Buffer.from(requestText, 'latin1')
  const answered = Buffer.from(responseText, 'latin1')
  const request = new RequestHead()
  const response = new ResponseHead()
  expect(request.parse(asked, 0, asked.length, DEFAULT_REQUEST_LIMITS)).toBe(HEAD.ok)
  expect(response.parse(answered, 0, answered.length, DEFAULT_RESPONSE_LIMITS, request.method, request.upgrade)).toBe(
    HEAD.ok,
  )
  return { request, response }
}

function write(requestText: string, responseText: string, extra = '', close = false) {
  const { request, response } = heads(requestText, responseText)
  const writer = new ResponseWriter('evenkeel', () => 784_111_777_900)
  const text = writer.write(request, response, 'ID', extra, close)
  return { text, relay: writer.relay, keepAlive: writer.keepAlive }
}

const own = 'Via: 1.1 evenkeel\r\nX-Request-Id: ID\r\n'
const date = 'Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n'

describe('the head towards the client', () => {
  it('copies line and fields, removes those of the hop and adds ours', () => {
    const sent =
      'HTTP/1.1 200 Fine\r\nServer: x\r\nConnection: keep-alive, x-hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nContent-Length: 05\r\n' +
      'X-Request-Id: theirs\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n'
    expect(write(GET, sent)).toEqual({
      text: `HTTP/1.1 200 Fine\r\nServer: x\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n${own}Content-Length: 5\r\n${date}\r\n`,
      relay: RELAY.asIs,
      keepAlive: true,
    })
  })

  it('adds lines of the caller and closes when asked to', () => {
    const { text, keepAlive } = write(GET, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'Set-Cookie: s\r\n', true)
    expect(text).toBe(`HTTP/1.1 200 OK\r\n${own}Content-Length: 0\r\nSet-Cookie: s\r\n${date}Connection: close\r\n\r\n`)
    expect(keepAlive).toBe(false)
    expect(write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 'HTTP/1.1 204 N\r\n\r\n').text).toContain(
      'Connection: close\r\n',
    )
  })

  it('gives every status line the form of HTTP/1.1', () => {
    expect(write(GET, 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n').text).toMatch(/^HTTP\/1\.1 200 OK\r\nVia: 1\.0 /)
    expect(write(GET, 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n').text).toMatch(/^HTTP\/1\.1 200 \r\nVia/)
    expect(write(GET, 'HTTP/1.0 200\r\nA: b\r\nContent-Length: 0\r\n\r\n').text).toMatch(
      /^HTTP\/1\.1 200 \r\nA: b\r\nVia/,
    )
  })

  it('relays chunks as they come, frames what has no framing, and leaves framing off where there is no body', () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n'
    expect(write(GET, chunked)).toMatchObject({
      text: `HTTP/1.1 200 OK\r\nTrailer: X\r\n${own}Transfer-Encoding: chunked\r\n${date}\r\n`,
      relay: RELAY.asIs,
    })
    const open = write(GET, 'HTTP/1.1 200 OK\r\n\r\n')
    expect(open).toMatchObject({ relay: RELAY.chunk, keepAlive: true })
    expect(open.text).toContain('Transfer-Encoding: chunked\r\n')
    expect(write('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', chunked)).toMatchObject({ relay: RELAY.none })
    expect(write('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n')).toMatchObject({
      text: `HTTP/1.1 200 OK\r\n${own}Content-Length: 7\r\n${date}\r\n`,
      relay: RELAY.none,
    })
    expect(write(GET, 'HTTP/1.1 204 N\r\nContent-Length: 0\r\n\r\n').text).toBe(`HTTP/1.1 204 N\r\n${own}${date}\r\n`)
  })

  it('never sends chunks or interim answers to HTTP/1.0', () => {
    const chunked = write(OLD, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    expect(chunked).toEqual({
      text: `HTTP/1.1 200 OK\r\n${own}${date}Connection: close\r\n\r\n`,
      relay: RELAY.untilClose,
      keepAlive: false,
    })
    const alive = write(
      'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n',
    )
    expect(alive.text).toContain('Connection: keep-alive\r\n')
    expect(alive.keepAlive).toBe(true)
    const writer = new ResponseWriter('evenkeel')
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'
    const old = heads(OLD, hints)
    expect(writer.writeInterim(old.request, old.response)).toBe('')
    const current = heads(GET, hints)
    expect(writer.writeInterim(current.request, current.response)).toBe(hints)
  })

  it('leaves the date of the backend as it is', () => {
    const { text } = write(GET, 'HTTP/1.1 200 OK\r\ndate: yesterday\r\nContent-Length: 0\r\n\r\n')
    expect(text.match(/date: .*/gi)).toEqual(['date: yesterday'])
  })

  it('keeps what 426 asks to upgrade to', () => {
    const sent = 'HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n'
    expect(write(GET, sent).text).toContain('Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n')
  })

  it('passes a switch of protocols on', () => {
    const asked = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    const { text, relay } = write(
      asked,
      'HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: k\r\n\r\n',
    )
    expect(text).toBe(
      `HTTP/1.1 101 S\r\nSec-WebSocket-Accept: k\r\n${own}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    expect(relay).toBe(RELAY.none)
  })
})
