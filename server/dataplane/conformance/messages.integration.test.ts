import { expect } from 'vitest'
import { backend, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import { field } from './testing/wire.ts'

stories('messages', (story) => {
  story('keeps both connections alive over many requests', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const client = world.client()
    for (let index = 0; index < 20; index++) {
      const answer = await client.get(`/${index}`).answer()
      expect([answer.status, answer.body]).toEqual([200, `/${index}`])
      expect(field(answer, 'connection')).not.toBe('close')
    }
    expect(at.connections).toBe(1)
    expect(at.heard.map((request) => request.nth)).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })

  story('answers pipelined requests in order, however the backends hurry', async (open) => {
    const at = await backend((request, socket) => {
      const late = () => socket.write(ok(request.target))
      if (request.target === '/0') setTimeout(late, 60)
      else late()
    })
    const world = await open({ backends: [at] })
    const client = world.client()
    const line = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`
    client.send(Array.from({ length: 30 }, (_, index) => line(`/${index}`)).join(''))
    for (let index = 0; index < 30; index++) expect((await client.answer()).body).toBe(`/${index}`)
  })

  story('answers the good pipelined requests before it refuses the bad one, then closes', async (open) => {
    const at = await backend((request, socket) => void setTimeout(() => socket.write(ok(request.target)), 30))
    const world = await open({ backends: [at] })
    const client = world.client()
    client.send('GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\nGET /c HTTP/1.1\r\nHost x\r\n\r\n')
    expect((await client.answer()).body).toBe('/a')
    expect((await client.answer()).body).toBe('/b')
    const last = await client.answer()
    expect([last.status, field(last, 'connection')]).toEqual([400, 'close'])
    expect(await client.over()).toBe('end')
    expect(at.heard.length).toBe(2)
  })

  story('answers what was pipelined although the client has half-closed behind it', async (open) => {
    const at = await backend((request, socket) => void setTimeout(() => socket.write(ok(request.target)), 20))
    const world = await open({ backends: [at] })
    const client = world.client()
    client.get('/1').get('/2').get('/3').end()
    for (const target of ['/1', '/2', '/3']) expect((await client.answer()).body).toBe(target)
    expect(await client.over()).toBe('end')
  })

  story('understands a request cut at any byte', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(`${request.target} ${request.body}`)))
    const world = await open({ backends: [at] })
    const requests = [
      'POST /split?q=1 HTTP/1.1\r\nHost: example.test\r\nContent-Length: 5\r\nX-Some: thing\r\n\r\nhello',
      'POST /split?q=1 HTTP/1.1\r\nHost: example.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n',
    ]
    for (const request of requests) {
      const clients = Array.from({ length: request.length - 1 }, () => world.client())
      for (const [index, client] of clients.entries()) client.send(request.slice(0, index + 1))
      await until('all clients to be connected', () => world.listener.connections() === clients.length)
      await new Promise((resolve) => setImmediate(resolve))
      for (const [index, client] of clients.entries()) client.send(request.slice(index + 1))
      for (const client of clients) expect((await client.answer()).body).toBe('/split?q=1 hello')
      for (const client of clients) client.end()
      await until('all clients to be gone', () => world.listener.connections() === 0)
    }
  })

  story('understands a request that comes byte by byte', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.body)))
    const world = await open({ backends: [at] })
    const client = world.client()
    for (const byte of 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwell\r\n0\r\n\r\n') {
      client.send(byte)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await client.answer()).body).toBe('well')
  })

  story('understands an answer that comes byte by byte', async (open) => {
    const text =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\nX-T: z\r\n\r\n'
    const at = await backend(async (_, socket) => {
      for (const byte of text) {
        socket.write(byte)
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
    const world = await open({ backends: [at] })
    const client = world.client()
    for (let index = 0; index < 2; index++) {
      const answer = await client.get('/').answer()
      expect([answer.body, field(answer, 'x-a')]).toEqual(['hello!', 'b'])
    }
    expect(at.connections).toBe(1)
  })

  story('serves an HTTP/1.0 client and closes behind the answer', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const client = world.client().send('GET /old HTTP/1.0\r\n\r\n')
    const answer = await client.answer()
    expect([answer.status, answer.body, field(answer, 'connection')]).toEqual([200, '/old', 'close'])
    expect(await client.over()).toBe('end')
    expect(at.heard[0]?.line).toBe('GET /old HTTP/1.1')
    expect(field(at.heard[0] as never, 'host')).toBe(`127.0.0.1:${at.port}`)
  })

  story('keeps an HTTP/1.0 client that asks for it, and says so', async (open) => {
    const world = await open({ backends: [await backend()] })
    const client = world.client()
    for (const target of ['/1', '/2']) {
      client.send(`GET ${target} HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n`)
      const answer = await client.answer()
      expect([answer.body, field(answer, 'connection')?.toLowerCase()]).toEqual([target, 'keep-alive'])
    }
  })

  story('never sends chunks to an HTTP/1.0 client', async (open) => {
    const at = await backend((_, socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n'),
    )
    const world = await open({ backends: [at] })
    const client = world.client().send('GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n')
    const answer = await client.answer()
    expect([field(answer, 'transfer-encoding'), answer.body]).toEqual([undefined, 'abcdef'])
    expect(await client.over()).toBe('end')
  })

  story('serves from an HTTP/1.0 backend, whose answers end with the connection', async (open) => {
    const at = await backend((_, socket) =>
      socket.end('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold but whole'),
    )
    const world = await open({ backends: [at] })
    const client = world.client()
    for (let index = 0; index < 3; index++) {
      const answer = await client.get('/').answer()
      expect([answer.line, answer.body]).toEqual(['HTTP/1.1 200 OK', 'old but whole'])
      expect(field(answer, 'transfer-encoding')).toBe('chunked')
    }
    expect(at.connections).toBe(3)
  })

  story('keeps an HTTP/1.0 backend that offers it', async (open) => {
    const at = await backend((_, socket) =>
      socket.write('HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok'),
    )
    const world = await open({ backends: [at] })
    const client = world.client()
    for (let index = 0; index < 3; index++) expect((await client.get('/').answer()).body).toBe('ok')
    expect(at.connections).toBe(1)
  })

  story('ends answers to HEAD, 204 and 304 at their head', async (open) => {
    const at = await backend((request, socket) => {
      if (request.method === 'HEAD') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n')
      else if (request.target === '/204') socket.write('HTTP/1.1 204 No Content\r\n\r\n')
      else if (request.target === '/304') socket.write('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n')
      else socket.write(ok('after'))
    })
    const world = await open({ backends: [at] })
    const client = world.client()
    const head = await client.request('HEAD', '/').answer('HEAD')
    expect([head.status, field(head, 'content-length')]).toEqual([200, '1234'])
    const none = await client.get('/204').answer()
    expect([none.status, field(none, 'content-length'), field(none, 'transfer-encoding')]).toEqual([
      204,
      undefined,
      undefined,
    ])
    const same = await client.get('/304').answer()
    expect([same.status, field(same, 'etag')]).toEqual([304, '"x"'])
    expect((await client.get('/').answer()).body).toBe('after')
    expect(at.connections).toBe(1)
  })

  story('passes an answer of HEAD in chunks on without a body', async (open) => {
    const at = await backend((request, socket) =>
      socket.write(request.method === 'HEAD' ? 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n' : ok('whole')),
    )
    const world = await open({ backends: [at] })
    const client = world.client()
    expect((await client.request('HEAD', '/').answer('HEAD')).status).toBe(200)
    expect((await client.get('/').answer()).body).toBe('whole')
  })

  story('closes when the client says close', async (open) => {
    const world = await open({ backends: [await backend()] })
    const client = world.client().get('/bye', 'Connection: close')
    const answer = await client.answer()
    expect([answer.body, field(answer, 'connection')]).toEqual(['/bye', 'close'])
    expect(await client.over()).toBe('end')
  })

  story('goes on with the client when the backend says close', async (open) => {
    const at = await backend((request, socket) => socket.end(ok(request.target, 'Connection: close')))
    const world = await open({ backends: [at] })
    const client = world.client()
    for (const target of ['/1', '/2', '/3']) {
      const answer = await client.get(target).answer()
      expect([answer.body, field(answer, 'connection')]).not.toContain('close')
      expect(answer.body).toBe(target)
    }
    expect(at.connections).toBe(3)
  })

  story('closes an idle client after its time, without a word', async (open) => {
    const world = await open({ backends: [await backend()], clientMs: { idleMs: 200 } })
    const client = world.client()
    await client.get('/').answer()
    expect(await client.over(3000)).toBe('end')
    expect(client.received).toBe('')
  })

  story('lets go of idle connections to backends after their time', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at], poolMs: { keepAliveMs: 200 } })
    await world.client().get('/').answer()
    await until('the idle connection to be closed', () => at.sockets.size === 0, 3000)
  })

  story('believes a backend that keeps connections for a shorter time', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.target, 'Keep-Alive: timeout=1')))
    const world = await open({ backends: [at], poolMs: { keepAliveMs: 60_000 } })
    const client = world.client()
    await client.get('/').answer()
    await until('the idle connection to be closed', () => at.sockets.size === 0, 3000)
    expect((await client.get('/again').answer()).body).toBe('/again')
  })
})
