import { expect } from 'vitest'
import { backend, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { field } from './testing/wire.ts'

const HOST = 'Host: x\r\n'
const get = (fields: string) => `GET / HTTP/1.1\r\n${HOST}${fields}\r\n`
const post = (fields: string, body = '') => `POST / HTTP/1.1\r\n${HOST}${fields}\r\n${body}`
const chunked = (body: string) => post('Transfer-Encoding: chunked\r\n', body)

/** What comes in, and the statuses that may answer it. Whatever the status, the connection ends behind it. */
const refused: readonly (readonly [string, string, readonly number[]])[] = [
  ['both framings', post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), [400]],
  ['two lengths that differ', post('Content-Length: 4\r\nContent-Length: 5\r\n', 'abcde'), [400]],
  ['two lengths that agree', post('Content-Length: 4\r\nContent-Length: 4\r\n', 'abcd'), [400]],
  ['a list of lengths', post('Content-Length: 4, 4\r\n', 'abcd'), [400]],
  ['a length with a sign', post('Content-Length: +4\r\n', 'abcd'), [400]],
  ['a length with a space in it', post('Content-Length: 4 4\r\n', 'abcd'), [400]],
  ['a hexadecimal length', post('Content-Length: 0x4\r\n', 'abcd'), [400]],
  ['a negative length', post('Content-Length: -1\r\n'), [400]],
  ['a coding not ending in chunked', post('Transfer-Encoding: chunked, gzip\r\n', '0\r\n\r\n'), [400]],
  ['chunked twice', post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'), [400]],
  ['an unknown coding', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), [400, 501]],
  ['chunked twice, in capitals', post('Transfer-Encoding: Chunked, CHUNKED\r\n', '0\r\n\r\n'), [400]],
  ['chunked in two fields', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: Chunked\r\n', '0\r\n\r\n'), [400]],
  ['a parameter of chunked', post('Transfer-Encoding: Chunked;x\r\n', '0\r\n\r\n'), [400, 501]],
  ['both framings in capitals', post('CONTENT-LENGTH: 4 \r\nTRANSFER-ENCODING: CHUNKED \r\n', '0\r\n\r\n'), [400]],
  ['a control character behind chunked', post('Transfer-Encoding: chunked\x0b\r\n', '0\r\n\r\n'), [400]],
  ['a control character behind a length', post('Content-Length: 4\x0c\r\n', 'abcd'), [400]],
  ['chunked in odd spelling', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'), [400, 501]],
  ['a tab before chunked', post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'), [400, 501]],
  ['chunked in HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400]],
  ['a space before the colon', get('X-A : b\r\n'), [400]],
  ['a space before the colon of a length', post('Content-Length : 4\r\n', 'abcd'), [400]],
  ['a folded field', get('X-A: b\r\n c\r\n'), [400]],
  ['an empty field name', get(': b\r\n'), [400]],
  ['a field name that is no token', get('X(A): b\r\n'), [400]],
  ['a bare LF in the head', 'GET / HTTP/1.1\nHost: x\n\n', [400]],
  ['a bare CR in a value', get('X-A: b\rc\r\n'), [400]],
  ['NUL in a value', get('X-A: b\0c\r\n'), [400]],
  ['a control character in a value', get('X-A: b\x01c\r\n'), [400]],
  ['a chunk size that is not hexadecimal', chunked('zz\r\nab\r\n0\r\n\r\n'), [400]],
  ['a chunk size beyond 2^53', chunked('fffffffffffffff\r\nab\r\n'), [400]],
  ['a chunk size with 0x', chunked('0x2\r\nab\r\n0\r\n\r\n'), [400]],
  ['a chunk size with a sign', chunked('+2\r\nab\r\n0\r\n\r\n'), [400]],
  ['an endless chunk extension', chunked(`2;${'a'.repeat(20_000)}\r\nab\r\n0\r\n\r\n`), [400, 413]],
  ['a chunk without its CRLF', chunked('2\r\nabc0\r\n\r\n'), [400]],
  ['trailers over the limit', chunked(`0\r\nX-T: ${'a'.repeat(70_000)}\r\n\r\n`), [400, 431]],
  ['trailers that name framing', chunked('0\r\nContent-Length: 5\r\n\r\n'), [400]],
  ['no Host', 'GET / HTTP/1.1\r\nX-A: b\r\n\r\n', [400]],
  ['two Hosts', get('Host: y\r\n'), [400]],
  ['an invalid Host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', [400]],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', [400]],
  ['an absolute target without a host', `GET http:///a HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['two spaces in the request line', `GET  / HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['no version', `GET /\r\n${HOST}\r\n`, [400, 505]],
  ['HTTP/2.0', `GET / HTTP/2.0\r\n${HOST}\r\n`, [400, 505]],
  ['HTTP/1.2', `GET / HTTP/1.2\r\n${HOST}\r\n`, [400, 505]],
  ['a method that is no token', `G(T / HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['raw bytes in the target', `GET /\u00e9 HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['a target that is too long', `GET /${'a'.repeat(9000)} HTTP/1.1\r\n${HOST}\r\n`, [414]],
  ['a head that is too large', get(`X-A: ${'a'.repeat(70_000)}\r\n`), [431]],
  ['too many fields', get('X-A: b\r\n'.repeat(101)), [431]],
  ['CONNECT', 'CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n', [405]],
  ['TRACE', `TRACE / HTTP/1.1\r\n${HOST}\r\n`, [405]],
  ['* without OPTIONS', `GET * HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['%00 in the path', `GET /a%00b HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['something else than HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
]

stories('refusals', (story) => {
  for (const [what, bytes, statuses] of refused) {
    story(`refuses ${what}, closes, and tells no backend of it`, async (open) => {
      const at = await backend((request, socket) => socket.write(ok(request.target)))
      const world = await open({ backends: [at] })
      const client = world.client().send(bytes)
      // A second request behind it must not be taken for one: that is what smuggling is.
      client.send(`GET /smuggled HTTP/1.1\r\n${HOST}\r\n`)
      const answer = await client.answer('GET', 3000)
      expect(statuses).toContain(answer.status)
      expect(field(answer, 'connection')).toBe('close')
      expect(JSON.parse(answer.body).status).toBe(answer.status)
      await client.over(3000)
      expect(client.received).toBe('')
      expect(at.heard.map((request) => request.target)).toEqual([])
    })
  }

  story('refuses a body over the limit of its route before asking a backend', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(String(request.body.length))))
    const world = await open({ backends: [at], route: { maxBody: '1KiB' } })
    const small = world.client().request('POST', '/', 'Content-Length: 1024').send('x'.repeat(1024))
    expect((await small.answer()).body).toBe('1024')
    const big = world.client().request('POST', '/', 'Content-Length: 1025').send('x'.repeat(1025))
    expect((await big.answer()).status).toBe(413)
    expect(at.heard.length).toBe(1)
  })

  story('cuts a chunked body that grows past the limit of its route', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at], route: { maxBody: '1KiB' } })
    const client = world.client().request('POST', '/', 'Transfer-Encoding: chunked')
    client.send(`400\r\n${'x'.repeat(1024)}\r\n`)
    client.send('1\r\nx\r\n0\r\n\r\n')
    expect((await client.answer()).status).toBe(413)
    expect(at.heard.length).toBe(0)
  })

  story('says 408 to a head that does not arrive in time', async (open) => {
    const world = await open({ backends: [await backend()], clientMs: { headMs: 300 } })
    const client = world.client().send('GET / HTTP/1.1\r\nHost: ')
    const answer = await client.answer('GET', 4000)
    expect([answer.status, field(answer, 'connection')]).toEqual([408, 'close'])
    await client.over()
  })

  story('is not kept awake by a head that trickles', async (open) => {
    const world = await open({ backends: [await backend()], clientMs: { headMs: 400 } })
    const client = world.client().send('GET / HTTP/1.1\r\nHost: x\r\n')
    const trickle = setInterval(() => client.send('X: y\r\n'), 50)
    try {
      expect((await client.answer('GET', 4000)).status).toBe(408)
    } finally {
      clearInterval(trickle)
    }
  })

  story('says 408 to a body that stops arriving, and lets the backend go', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at], clientMs: { bodyMs: 300 } })
    const client = world.client().request('POST', '/', 'Content-Length: 100').send('only this')
    const answer = await client.answer('GET', 3000)
    expect([answer.status, field(answer, 'connection')]).toEqual([408, 'close'])
    await client.over()
    await world.quiet()
    expect(at.heard.length).toBe(0)
  })

  story('does not hurry a body that keeps arriving', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.body)))
    const world = await open({ backends: [at], clientMs: { bodyMs: 400 }, poolMs: { headMs: 400 } })
    const client = world.client().request('POST', '/', 'Content-Length: 10')
    for (let sent = 0; sent < 10; sent++) {
      client.send(String(sent))
      await new Promise((resolve) => setTimeout(resolve, 90))
    }
    expect((await client.answer()).body).toBe('0123456789')
  })
})
