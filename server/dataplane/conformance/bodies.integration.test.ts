import { createHash, randomBytes } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { nativeThread } from '../native.ts'
import { backend, type Heard, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import { field } from './testing/wire.ts'

stories('bodies', (story) => {
  story('forwards bodies of GET, HEAD and DELETE faithfully, and nothing behind them', async (open) => {
    const at = await backend((request, socket) =>
      socket.write(request.method === 'HEAD' ? 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n' : ok(request.body)),
    )
    const world = await open({ backends: [at] })
    const client = world.client()
    for (const method of ['GET', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD']) {
      client.request(method, '/', 'Content-Length: 4').send('body')
      expect((await client.answer(method)).status).toBe(200)
      client.request(method, '/', 'Transfer-Encoding: chunked').send('4\r\nbody\r\n0\r\n\r\n')
      expect((await client.answer(method)).status).toBe(200)
    }
    expect(at.heard.map((request) => request.body)).toEqual(Array(10).fill('body'))
  })

  story('frames a body of no bytes as it was framed', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const client = world.client()
    await client.request('POST', '/', 'Content-Length: 0').answer()
    await client.request('POST', '/', 'Transfer-Encoding: chunked').send('0\r\n\r\n').answer()
    expect(field(at.heard[0] as Heard, 'content-length')).toBe('0')
    expect(at.heard.length).toBe(2)
  })

  story('passes trailers on, both ways', async (open) => {
    const at = await backend((_, socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 9\r\n\r\n',
      ),
    )
    const world = await open({ backends: [at] })
    const client = world.client()
    for (let turn = 0; turn < 2; turn++) {
      client.request('POST', '/', 'Transfer-Encoding: chunked').send('2\r\nhi\r\n0\r\nX-Check: 7\r\n\r\n')
      const answer = await client.answer()
      expect([answer.body, answer.trailers]).toEqual(['ok', ['X-Sum: 9']])
      expect(at.heard[turn]?.trailers).toEqual(['X-Check: 7'])
    }
  })

  story('drops chunk extensions', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.body)))
    const world = await open({ backends: [at] })
    const client = world.client().request('POST', '/', 'Transfer-Encoding: chunked')
    client.send('3;a=b\r\nabc\r\n1;c="d"\r\n!\r\n0;x\r\n\r\n')
    expect((await client.answer()).body).toBe('abc!')
  })

  story('leaves out trailers of a client that must not come late, and goes on', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.body)))
    const client = (await open({ backends: [at] })).client()
    for (let turn = 0; turn < 2; turn++) {
      client.request('POST', '/', 'Transfer-Encoding: chunked')
      client.send('2\r\nok\r\n0\r\nVary: a\r\nHost: evil.test\r\nX-Forwarded-For: 6.6.6.6\r\nContent-Type: a/b\r\n\r\n')
      expect((await client.answer()).body).toBe('ok')
      expect(at.heard[turn]?.trailers).toEqual([])
      expect(field(at.heard[turn] as Heard, 'host')).toBe('example.test')
    }
    expect(at.connections).toBe(1)
  })

  story('takes whitespace in chunk extensions, both ways, and passes clean sizes on', async (open) => {
    const at = await backend((request, socket) =>
      socket.write(
        `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2 ; a = "b"\r\n${request.body}\r\n0\t;\tc\r\n\r\n`,
      ),
    )
    const client = (await open({ backends: [at] })).client()
    for (let turn = 0; turn < 2; turn++) {
      client
        .request('POST', '/', 'Transfer-Encoding: chunked')
        .send('1 ;a\r\no\r\n1; b\t= "c;d"\t;e\r\nk\r\n0 ;f\r\n\r\n')
      expect((await client.answer()).body).toBe('ok')
    }
    expect(at.connections).toBe(1)
  })

  story('sends the first events of a stream at once', async (open) => {
    const at = await backend((_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')
    })
    const world = await open({ backends: [at] })
    const client = world.client().get('/events', 'Accept: text/event-stream')
    expect((await client.head()).line).toContain('200')
    for (let turn = 0; turn < 3; turn++) {
      for (const socket of at.sockets) socket.write(`9\r\ndata: ${turn}\n\n\r\n`)
      await client.saw(`data: ${turn}`, 500)
    }
    for (const socket of at.sockets) socket.write('0\r\n\r\n')
    await client.answer()
  })

  story('sends an endless answer without a length piece by piece', async (open) => {
    const at = await backend((_, socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nfirst'))
    const world = await open({ backends: [at] })
    const client = world.client().get('/')
    await client.saw('first', 500)
    for (const socket of at.sockets) socket.write('second')
    await client.saw('second', 500)
    for (const socket of at.sockets) socket.end()
    expect((await client.answer()).body).toBe('firstsecond')
  })

  story('passes ranges on', async (open) => {
    const at = await backend((request, socket) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(field(request, 'range') ?? '') ?? []
      const body = '0123456789'.slice(Number(from), Number(to) + 1)
      socket.write(
        `HTTP/1.1 206 Partial Content\r\nContent-Range: bytes ${from}-${to}/10\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    })
    const world = await open({ backends: [at] })
    const answer = await world.client().get('/', 'Range: bytes=2-5').answer()
    expect([answer.status, answer.body, field(answer, 'content-range')]).toEqual([206, '2345', 'bytes 2-5/10'])
  })

  for (const size of [1, 16_384, 16_385, 65_535, 65_536, 65_537, 1_000_003]) {
    story(`passes ${size} bytes unchanged both ways, in either framing`, async (open) => {
      const echo = http.createServer((request, response) => request.pipe(response))
      await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
      const world = await open({ backends: [(echo.address() as AddressInfo).port] })
      const bytes = randomBytes(size)
      try {
        for (const headers of [{ 'content-length': String(size) }, { 'transfer-encoding': 'chunked' }]) {
          const back = await new Promise<Buffer>((resolve, reject) => {
            const request = http.request(
              { port: world.listener.port, method: 'POST', headers, agent: false },
              (answer) => {
                const parts: Buffer[] = []
                answer.on('data', (part) => parts.push(part))
                answer.on('end', () => resolve(Buffer.concat(parts)))
                answer.on('error', reject)
              },
            )
            request.on('error', reject)
            request.end(bytes)
          })
          expect(createHash('sha1').update(back).digest('hex')).toBe(createHash('sha1').update(bytes).digest('hex'))
        }
      } finally {
        echo.closeAllConnections()
        echo.close()
      }
    })
  }

  story(
    'holds little of a big answer while the client does not read',
    async (open) => {
      const total = 64 * 1024 * 1024
      let written = 0
      const at = await backend((_, socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`)
        const piece = Buffer.alloc(65_536, 'x')
        const more = () => {
          while (written < total) {
            written += piece.length
            if (!socket.write(piece)) return void socket.once('drain', more)
          }
        }
        more()
      })
      const world = await open({ backends: [at] })
      const client = world.client()
      client.get('/')
      await client.head()
      client.socket.pause()
      let before = -1
      await until('the backend to be held back', () => {
        const still = written === before
        before = written
        return still
      })
      // What is under way is in the kernel's buffers of two connections, and a few reads in ours.
      expect(written).toBeLessThan(48 * 1024 * 1024)
      client.socket.removeAllListeners('data')
      let received = client.received.length - client.received.indexOf('\r\n\r\n') - 4
      client.received = ''
      client.socket.on('data', (chunk) => {
        received += chunk.length
      })
      client.socket.resume()
      await until('the rest', () => received === total, 20_000)
    },
    30_000,
  )

  story(
    'holds little of a big body while the backend does not read',
    async (open) => {
      const total = 64 * 1024 * 1024
      const at = await backend(() => undefined, { deaf: true, onConnection: (socket) => void socket.pause() })
      const world = await open({ backends: [at] })
      const client = world.client().request('POST', '/', `Content-Length: ${total}`)
      let sent = 0
      const piece = Buffer.alloc(65_536, 'x')
      const more = () => {
        while (sent < total) {
          sent += piece.length
          if (!client.socket.write(piece)) return void client.socket.once('drain', more)
        }
      }
      more()
      let before = -1
      await until('the client to be held back', () => {
        const still = sent === before && at.sockets.size === 1
        before = sent
        return still
      })
      expect(sent).toBeLessThan(48 * 1024 * 1024)
      let seen = 0
      for (const socket of at.sockets) {
        socket.on('data', (chunk) => {
          seen += chunk.length
          if (seen > total) socket.write(ok('all'))
        })
        socket.resume()
      }
      await until('the answer', () => client.received.includes('all'), 20_000)
    },
    30_000,
  )

  story('keeps nothing of a POST that its backend is getting, and all of a small PUT', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const kept = () => nativeThread(world.plane, 'evenkeel').kept.bytes
    const post = world.client().request('POST', '/', 'Content-Length: 20001').send('x'.repeat(20_000))
    await until('the body to reach the backend', () => world.leases() === 1 && at.connections === 1)
    const put = world.client().request('PUT', '/', 'Content-Length: 20001').send('x'.repeat(20_000))
    await until('the second request', () => world.leases() === 2 && at.connections === 2)
    await until('the PUT to be kept, and nothing else', () => kept() === 20_000)
    for (const client of [post, put]) expect((await client.send('x').answer()).status).toBe(200)
    expect(kept()).toBe(0)
  })
})
