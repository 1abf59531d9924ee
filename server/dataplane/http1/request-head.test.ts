import { describe, expect, it } from 'vitest'
import { FRAMING } from './framing.ts'
import { DEFAULT_REQUEST_LIMITS, HEAD, RequestHead } from './request-head.ts'
import { H, parse, status } from './testing/parse-request.ts'

describe('a well-formed head', () => {
  it('yields method, path, query, host, version and fields', () => {
    const head = parse('GET /a/b?c=d HTTP/1.1\r\nHost: WWW.Example.com:8080\r\nX-One:  1 \t\r\nx-two:\r\n\r\nrest')
    expect(head).toMatchObject({
      result: HEAD.ok,
      method: 'GET',
      path: '/a/b',
      target: '/a/b?c=d',
      minor: 1,
      lineAsSent: true,
    })
    expect(head).toMatchObject({
      host: 'www.example.com',
      authority: 'WWW.Example.com:8080',
      keepAlive: true,
      framing: FRAMING.none,
    })
    expect([head.field('x-one'), head.field('x-two'), head.field('x-three')]).toEqual(['1', '', undefined])
    expect(head.end).toBe(
      'GET /a/b?c=d HTTP/1.1\r\nHost: WWW.Example.com:8080\r\nX-One:  1 \t\r\nx-two:\r\n\r\n'.length,
    )
  })

  it('is found behind other bytes and up to two empty lines', () => {
    const bytes = Buffer.from(`junk\r\n\r\nPOST /x HTTP/1.1\r\n${H}Content-Length: 007\r\n\r\n`)
    const head = new RequestHead()
    expect(head.parse(bytes, 4, bytes.length, DEFAULT_REQUEST_LIMITS)).toBe(HEAD.ok)
    expect(head).toMatchObject({
      method: 'POST',
      framing: FRAMING.length,
      length: 7,
      end: bytes.length,
      lineAsSent: true,
    })
    expect(head.fields.text.startsWith('POST')).toBe(true)
    expect(status(`\r\n\r\n\r\nGET / HTTP/1.1\r\n${H}\r\n`)).toBe(400)
  })

  it('asks for more at every byte before its end', () => {
    const text = `\r\nPUT http://b.example/x?y HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n`
    for (let end = 0; end < text.length; end++) expect(status(text.slice(0, end))).toBe('more')
    expect(status(text)).toBe('ok')
  })

  it('leaves nothing behind for the next one', () => {
    const head = new RequestHead()
    const first = Buffer.from(
      `POST http://b.example/?<> HTTP/1.1\r\n${H}Connection: close, x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n`,
    )
    expect(head.parse(first, 0, first.length, DEFAULT_REQUEST_LIMITS)).toBe(HEAD.ok)
    expect(head).toMatchObject({ expectContinue: true, keepAlive: false, framing: FRAMING.chunked, target: '/?<>' })
    const second = Buffer.from('GET / HTTP/1.0\r\n\r\n')
    expect(head.parse(second, 0, second.length, DEFAULT_REQUEST_LIMITS)).toBe(HEAD.ok)
    expect(head).toMatchObject({
      expectContinue: false,
      keepAlive: false,
      framing: FRAMING.none,
      host: '',
      authority: '',
      minor: 0,
    })
    expect(head.connection.names).toBeUndefined()
    expect(head.field('expect')).toBeUndefined()
  })
})

describe('header fields', () => {
  it.each([
    ['space before the colon', 'X : 1\r\n'],
    ['tab before the colon', 'X\t: 1\r\n'],
    ['folding', 'X: 1\r\n 2\r\n'],
    ['folding in the first line', ' X: 1\r\n'],
    ['empty name', ': 1\r\n'],
    ['name not a token', 'X(: 1\r\n'],
    ['no colon', 'X\r\n'],
    ['bare LF', 'X: 1\nY: 2\r\n'],
    ['bare CR', 'X: 1\rY: 2\r\n'],
    ['NUL', 'X: a\0b\r\n'],
    ['control', 'X: a\x01b\r\n'],
    ['DEL', 'X: a\x7fb\r\n'],
    ['two Hosts', H],
    ['two Content-Lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n'],
    ['identical Content-Lengths', 'Content-Length: 1\r\nContent-Length: 1\r\n'],
    ['list of lengths', 'Content-Length: 1, 1\r\n'],
    ['plus sign', 'Content-Length: +1\r\n'],
    ['minus sign', 'Content-Length: -1\r\n'],
    ['hex length', 'Content-Length: 0x1\r\n'],
    ['space in a length', 'Content-Length: 1 1\r\n'],
    ['empty length', 'Content-Length:\r\n'],
    ['length and coding', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'],
    ['coding and length', 'Transfer-Encoding: chunked\r\ncontent-length: 1\r\n'],
    ['chunked twice', 'Transfer-Encoding: chunked, chunked\r\n'],
    ['chunked twice, in capitals', 'Transfer-Encoding: Chunked, chunked\r\n'],
    ['a parameter of chunked', 'Transfer-Encoding: chunked;x\r\n'],
    ['a parameter of Chunked, with a space', 'Transfer-Encoding: Chunked ;x=1\r\n'],
    ['comma behind', 'Transfer-Encoding: chunked,\r\n'],
    ['a space within', 'Transfer-Encoding: chun ked\r\n'],
    ['control behind', 'Transfer-Encoding: chunked\x0b\r\n'],
    ['control behind a length', 'Content-Length: 5\x0b\r\n'],
    ['chunked in two fields', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'],
    ['chunked not last', 'Transfer-Encoding: chunked, gzip\r\n'],
    ['identity', 'Transfer-Encoding: identity\r\n'],
    ['misspelled', 'Transfer-Encoding: xchunked\r\n'],
    ['empty coding', 'Transfer-Encoding:\r\n'],
    ['comma in front', 'Transfer-Encoding: ,chunked\r\n'],
    ['control in front', 'Transfer-Encoding: \x0bchunked\r\n'],
    ['quoted', 'Transfer-Encoding: "chunked"\r\n'],
  ])('refuses with 400: %s', (_, fields) => {
    expect(status(`POST / HTTP/1.1\r\n${H}${fields}\r\n`)).toBe(400)
  })

  it.each([
    ['coding in front of chunked', 'Transfer-Encoding: gzip, chunked\r\n', 501],
    ['coding in front of chunked, in capitals', 'Transfer-Encoding: GZIP, Chunked\r\n', 501],
    ['length over 2^53', 'Content-Length: 99999999999999999999\r\n', 413],
    ['other expectation', 'Expect: 200-ok\r\n', 417],
    ['two expectations', 'Expect: 100-continue\r\nExpect: 100-continue\r\n', 417],
  ])('refuses: %s', (_, fields, wanted) => {
    expect(status(`POST / HTTP/1.1\r\n${H}${fields}\r\n`)).toBe(wanted)
  })

  it.each([
    ['Transfer-Encoding: Chunked\r\n', FRAMING.chunked, 0],
    ['Transfer-Encoding: CHUNKED\r\n', FRAMING.chunked, 0],
    ['transfer-encoding:chunked \r\n', FRAMING.chunked, 0],
    ['Transfer-Encoding: \tcHuNkEd \t\r\n', FRAMING.chunked, 0],
    ['Content-Length: 2 \r\n', FRAMING.length, 2],
    ['Content-Length:\t 2\t\r\n', FRAMING.length, 2],
    ['CONTENT-LENGTH:02\r\n', FRAMING.length, 2],
  ])('takes %j whatever its case and the whitespace around it', (fields, framing, length) => {
    expect(parse(`POST / HTTP/1.1\r\n${H}${fields}\r\n`)).toMatchObject({ result: HEAD.ok, framing, length })
  })

  it('takes every value that means something to us in any case, with whitespace around it', () => {
    const fields = 'Connection: \tKeep-Alive , UPGRADE \t\r\nUpgrade: \tWebSocket \r\n'
    expect(parse(`GET / HTTP/1.1\r\nHost: \t A.example:80 \t\r\n${fields}\r\n`)).toMatchObject({
      result: HEAD.ok,
      host: 'a.example',
      authority: 'A.example:80',
      keepAlive: true,
      upgrade: 'WebSocket',
    })
    expect(parse(`POST / HTTP/1.1\r\n${H}Expect:  100-Continue\t\r\nContent-Length: 3\r\n\r\n`)).toMatchObject({
      result: HEAD.ok,
      expectContinue: true,
    })
    expect(parse(`GET / HTTP/1.1\r\n${H}Connection: CLOSE \r\n\r\n`).keepAlive).toBe(false)
  })

  it('refuses a body over the limit, and Transfer-Encoding in HTTP/1.0', () => {
    expect(status(`POST / HTTP/1.1\r\n${H}Content-Length: 11\r\n\r\n`, { bodyBytes: 10 })).toBe(413)
    expect(status(`POST / HTTP/1.0\r\n${H}Transfer-Encoding: chunked\r\n\r\n`)).toBe(400)
  })

  it.each([
    '',
    'a b',
    'a,b c',
    'http://a',
    'a/b',
    'a:80:80',
    'a:x',
    'a:99999',
    ':80',
    'u@a',
    '[::1',
    '[::1]x',
    '[g]',
    'a..',
    '.',
    'ä',
    'a%41',
  ])('refuses the host %j', (host) => {
    expect(status(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toBe(400)
  })

  it.each([
    ['A.Example.', 'a.example'],
    ['a:', 'a'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]:8080', '[::1]'],
    ['[FE80::1]', '[fe80::1]'],
    ['a_b-c', 'a_b-c'],
  ])('matches host %j as %j', (sent, matched) => {
    expect(parse(`GET / HTTP/1.1\r\nHost: ${sent}\r\n\r\n`)).toMatchObject({
      result: HEAD.ok,
      host: matched,
      authority: sent,
    })
  })

  it('requires Host in HTTP/1.1 only', () => {
    expect(status('GET / HTTP/1.1\r\n\r\n')).toBe(400)
    expect(status('GET / HTTP/1.0\r\n\r\n')).toBe('ok')
  })

  it('keeps every one of many', () => {
    const many = Array.from({ length: 90 }, (_, index) => `X-${index}: v${index}\r\n`).join('')
    const head = parse(`GET / HTTP/1.1\r\n${H}${many}\r\n`)
    expect([head.field('host'), head.field('x-0'), head.field('x-23'), head.field('x-89')]).toEqual([
      'a.example',
      'v0',
      'v23',
      'v89',
    ])
  })

  it('keeps obs-text in values', () => {
    expect(parse(`GET / HTTP/1.1\r\n${H}X: caf\xe9\r\n\r\n`).field('x')).toBe('caf\xe9')
  })
})

describe('connection options', () => {
  const options = (fields: string, version = '1.1') => parse(`GET / HTTP/${version}\r\n${H}${fields}\r\n`)

  it('decides about keep-alive', () => {
    expect(options('').keepAlive).toBe(true)
    expect(options('Connection: Close\r\n').keepAlive).toBe(false)
    expect(options('Connection: keep-alive, close\r\n').keepAlive).toBe(false)
    expect(options('', '1.0').keepAlive).toBe(false)
    expect(options('Connection: Keep-Alive\r\n', '1.0').keepAlive).toBe(true)
  })

  it('collects names over all Connection fields, but never framing or Host', () => {
    const head = options(
      'Connection: , X-Secret ,close\r\nX-Secret: 1\r\nConnection: host, content-length,transfer-encoding, x-b\r\n',
    )
    expect([...(head.connection.names ?? [])]).toEqual(['x-secret', 'x-b'])
  })

  it('recognises an upgrade, also with a body, not one to h2c, without Connection or in HTTP/1.0', () => {
    expect(options('Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n').upgrade).toBe('websocket')
    expect(options('Connection: Upgrade\r\nUpgrade: h2c\r\n').upgrade).toBe('')
    expect(options('Upgrade: websocket\r\n').upgrade).toBe('')
    expect(options('Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 1\r\n').upgrade).toBe('tcp')
    expect(options('Connection: Upgrade\r\nUpgrade: tcp\r\nTransfer-Encoding: chunked\r\n').upgrade).toBe('tcp')
    expect(options('Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n').upgrade).toBe('')
    expect(options('Connection: Upgrade\r\nUpgrade: websocket\r\n', '1.0').upgrade).toBe('')
  })

  it('notes a wish for 100 only with a body', () => {
    expect(options('Expect: 100-Continue\r\nContent-Length: 3\r\n').expectContinue).toBe(true)
    expect(options('Expect: 100-continue\r\n').expectContinue).toBe(false)
  })
})
