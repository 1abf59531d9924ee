import { describe, expect, it } from 'vitest'
import { HEAD, TARGET_FORM } from './request-head.ts'
import { H, parse, status } from './testing/parse-request.ts'

describe('the request line', () => {
  it.each([
    ['two spaces before the target', `GET  / HTTP/1.1\r\n${H}\r\n`, 400],
    ['two spaces before the version', `GET /  HTTP/1.1\r\n${H}\r\n`, 400],
    ['space behind the version', `GET / HTTP/1.1 \r\n${H}\r\n`, 400],
    ['tab instead of a space', `GET\t/ HTTP/1.1\r\n${H}\r\n`, 400],
    ['leading space', ` GET / HTTP/1.1\r\n${H}\r\n`, 400],
    ['no version', `GET /\r\n${H}\r\n`, 400],
    ['bare LF', `GET / HTTP/1.1\n${H}\r\n`, 400],
    ['bare CR', `GET / HTTP/1.1\r${H}\r\n`, 400],
    ['method not a token', `G@T / HTTP/1.1\r\n${H}\r\n`, 400],
    ['empty method', ` / HTTP/1.1\r\n${H}\r\n`, 400],
    ['endless method', 'A'.repeat(40), 501],
    ['lower-case version', `GET / http/1.1\r\n${H}\r\n`, 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['HTTP/1.2', `GET / HTTP/1.2\r\n${H}\r\n`, 505],
    ['HTTP/0.9', `GET / HTTP/0.9\r\n${H}\r\n`, 505],
    ['HTTP/1.10', `GET / HTTP/1.10\r\n${H}\r\n`, 400],
    ['raw byte above 0x7E in the target', `GET /\xe4 HTTP/1.1\r\n${H}\r\n`, 400],
    ['DEL in the target', `GET /\x7f HTTP/1.1\r\n${H}\r\n`, 400],
    ['NUL in the target', `GET /\0 HTTP/1.1\r\n${H}\r\n`, 400],
    ['fragment', `GET /#x HTTP/1.1\r\n${H}\r\n`, 400],
    ['relative target', `GET a HTTP/1.1\r\n${H}\r\n`, 400],
    ['TLS on a plain port', '\x16\x03\x01\x02\x00\x01', 400],
    ['CONNECT', 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n', 405],
    ['TRACE', `TRACE / HTTP/1.1\r\n${H}\r\n`, 405],
    ['* without OPTIONS', `GET * HTTP/1.1\r\n${H}\r\n`, 400],
    ['other scheme', `GET ftp://a.example/ HTTP/1.1\r\n${H}\r\n`, 400],
    ['absolute form without host', `GET http:///x HTTP/1.1\r\n${H}\r\n`, 400],
    ['absolute form with user', `GET http://u@a.example/ HTTP/1.1\r\n${H}\r\n`, 400],
    ['path with NUL', `GET /%00 HTTP/1.1\r\n${H}\r\n`, 400],
  ])('refuses: %s', (_, text, wanted) => {
    expect(status(text)).toBe(wanted)
  })

  it('limits target, head and fields', () => {
    const target = `/${'a'.repeat(99)}`
    expect(status(`GET ${target} HTTP/1.1\r\n${H}\r\n`, { targetBytes: 100 })).toBe('ok')
    expect(status(`GET ${target}b HTTP/1.1\r\n${H}\r\n`, { targetBytes: 100 })).toBe(414)
    expect(status(`GET ${target}?${'b'.repeat(50)}`, { targetBytes: 100 })).toBe(414)
    const exact = `GET / HTTP/1.1\r\n${H}X: ${'y'.repeat(50)}\r\n\r\n`
    expect(status(exact, { headBytes: exact.length })).toBe('ok')
    expect(status(exact, { headBytes: exact.length - 1 })).toBe(431)
    expect(status(`GET / HTTP/1.1\r\n${H}${'X: 1\r\n'.repeat(4)}\r\n`, { fields: 5 })).toBe('ok')
    expect(status(`GET / HTTP/1.1\r\n${H}${'X: 1\r\n'.repeat(5)}\r\n`, { fields: 5 })).toBe(431)
    expect(status(`GET / HTTP/1.1\r\n${H}${'X: 1\r\n'.repeat(200)}\r\n`, { fields: 300 })).toBe('ok')
  })

  it('knows the absolute form and lets it win over Host', () => {
    const head = parse(`GET HTTP://B.example:81/x?y=/ HTTP/1.1\r\n${H}\r\n`)
    expect(head).toMatchObject({
      form: TARGET_FORM.absolute,
      host: 'b.example',
      authority: 'B.example:81',
      path: '/x',
      target: '/x?y=/',
    })
    expect(head).toMatchObject({ hostAsSent: false, lineAsSent: false })
    expect(parse(`GET https://b.example?q=/z HTTP/1.1\r\n${H}\r\n`)).toMatchObject({ path: '/', target: '/?q=/z' })
    expect(status('GET http://b.example/ HTTP/1.1\r\n\r\n')).toBe(400)
    expect(status('GET http://b.example/ HTTP/1.1\r\nHost: a b\r\n\r\n')).toBe(400)
  })

  it('flags OPTIONS * in both spellings and lets TRACE through when allowed', () => {
    expect(parse(`OPTIONS * HTTP/1.1\r\n${H}\r\n`)).toMatchObject({
      result: HEAD.ok,
      form: TARGET_FORM.asterisk,
      path: '*',
    })
    expect(parse(`OPTIONS http://b.example HTTP/1.1\r\n${H}\r\n`)).toMatchObject({
      form: TARGET_FORM.asterisk,
      host: 'b.example',
    })
    expect(status(`TRACE / HTTP/1.1\r\n${H}\r\n`, { allowTrace: true })).toBe('ok')
  })
})
