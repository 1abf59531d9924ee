import { expect } from 'vitest'
import { backend, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import { field } from './testing/wire.ts'

const answers: [string, string, string][] = [
  ['a length with spaces behind it', 'HTTP/1.1 200 OK\r\nContent-Length: 5 \t\r\n\r\nhello', 'hello'],
  [
    'chunks spelled in capitals',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    'hello',
  ],
  ['one length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello', 'hello'],
  ['no content with a length of nothing', 'HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n', ''],
]

/** What real servers write and every proxy takes; what the client must see of it. */
const odd: [string, string, string, string][] = [
  ['lines ended by LF alone', 'HTTP/1.1 200 OK\nX-Odd: 1\nContent-Length: 5\n\nhello', 'HTTP/1.1 200 OK', '1'],
  ['a space before a colon', 'HTTP/1.1 200 OK\r\nX-Odd : 1\r\nContent-Length : 5\r\n\r\nhello', 'HTTP/1.1 200 OK', '1'],
  [
    'a control character in a value',
    'HTTP/1.1 200 OK\r\nX-Odd: a\x01b\r\nContent-Length: 5\r\n\r\nhello',
    'HTTP/1.1 200 OK',
    'a b',
  ],
]
const late: [string, string, string][] = [
  ['status 600', 'HTTP/1.1 600 Odd\r\nContent-Length: 5\r\n\r\nhello', 'HTTP/1.1 600 Odd'],
  ['status 999', 'HTTP/1.1 999 Request denied\r\nContent-Length: 5\r\n\r\nhello', 'HTTP/1.1 999 Request denied'],
]

stories('tolerance', (story) => {
  for (const [what, text, line, value] of odd) {
    story(`takes ${what} from a backend, and passes a clean head on`, async (open) => {
      // In pieces, so that the head is met half-way too.
      const at = await backend((_, socket) => {
        socket.write(text.slice(0, 20))
        setImmediate(() => socket.write(text.slice(20)))
      })
      const client = (await open({ backends: [at] })).client()
      for (let index = 0; index < 2; index++) {
        const answer = await client.get('/').answer()
        expect([answer.line, field(answer, 'x-odd'), answer.body]).toEqual([line, value, 'hello'])
        expect(answer.head).toMatch(/^(?:[!-~\t \x80-\xff]*\r\n)+$/)
      }
      expect(at.connections).toBe(1)
    })
  }

  for (const [what, text, line] of late) {
    story(`takes ${what} from a backend, as a failure of its own`, async (open) => {
      const at = await backend((_, socket) => socket.write(text))
      const world = await open({ backends: [at] })
      const answer = await world.client().get('/').answer()
      expect([answer.line, answer.body]).toEqual([line, 'hello'])
      expect(world.reports.at(-1)).toMatchObject({ outcome: 'complete', ours: false })
      expect(world.count('s5xx')).toBe(1)
    })
  }

  for (const [what, head] of [
    ['before its length', (disposition: string) => `${disposition}Content-Length: 5\r\n\r\nhello`],
    ['behind its length', (disposition: string) => `Content-Length: 5\r\n${disposition}\r\nhello`],
    ['in chunks', (disposition: string) => `Transfer-Encoding: chunked\r\n${disposition}\r\n5\r\nhello\r\n0\r\n\r\n`],
  ] as const) {
    story(`passes the bytes of a file name on, ${what}`, async (open) => {
      const value = Buffer.from('attachment; filename="Übersicht – 表.pdf"').toString('latin1')
      const text = `HTTP/1.1 200 OK\r\n${head(`Content-Disposition: ${value}\r\n`)}`
      const at = await backend((_, socket) => socket.write(text, 'latin1'))
      const answer = await (await open({ backends: [at] })).client().get('/').answer()
      expect([answer.status, answer.body, field(answer, 'content-disposition')]).toEqual([200, 'hello', value])
    })
  }

  story('passes no body on whose coding it does not know', async (open) => {
    for (const coding of ['gzip', 'chunked, gzip', 'gzip, chunked', 'chunked, chunked', 'identity']) {
      const at = await backend((request, socket) =>
        socket.write(
          request.target === '/'
            ? `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n5\r\nhello\r\n0\r\n\r\n`
            : ok(),
        ),
      )
      const world = await open({ backends: [at], pool: { retry: { attempts: 0 } } })
      expect((await world.client().get('/').answer()).status, coding).toBe(502)
      expect((await world.client().get('/well').answer()).status).toBe(200)
    }
  })

  story('takes chunks of HTTP/1.0 from a backend, and uses its connection no more', async (open) => {
    const at = await backend((_, socket) =>
      socket.write(
        'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      ),
    )
    const client = (await open({ backends: [at] })).client()
    for (let index = 0; index < 2; index++) expect((await client.get('/').answer()).body).toBe('hello')
    expect(at.connections).toBe(2)
  })

  for (const [what, fields] of [
    ['200 header fields', Array.from({ length: 200 }, (_, index) => `X-${index}: ${index}`)],
    ['a head of 200 KiB', Array.from({ length: 20 }, (_, index) => `X-${index}: ${'v'.repeat(10_240)}`)],
  ] as const) {
    story(`takes ${what} from a backend, and refuses them where the pool says so`, async (open) => {
      const at = await backend((_, socket) => socket.write(ok('hello', ...fields)))
      const answer = await (await open({ backends: [at] })).client().get('/').answer()
      expect([answer.status, answer.body, field(answer, 'x-19')]).toEqual([200, 'hello', fields[19]?.slice(6)])
      const small = await open({ backends: [at], pool: { limits: { head: '100KiB', fields: 100 } } })
      expect((await small.client().get('/').answer()).status).toBe(502)
    })
  }

  for (const [what, text, body] of answers) {
    story(`takes ${what} from a backend, and keeps its connection`, async (open) => {
      const at = await backend((_, socket) => socket.write(text))
      const client = (await open({ backends: [at] })).client()
      for (let index = 0; index < 2; index++) expect((await client.get('/').answer()).body).toBe(body)
      expect(at.connections).toBe(1)
    })
  }

  story('takes chunk sizes of a fixed width from a backend, and passes clean ones on', async (open) => {
    const at = await backend((_, socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5   \r\nhello\r\n0   \r\n\r\n'),
    )
    const client = (await open({ backends: [at] })).client().get('/')
    await client.saw('0\r\n\r\n')
    expect(client.received).not.toContain('\r\n5 ')
    expect((await client.answer()).body).toBe('hello')
  })

  story('leaves out a trailer of a backend that must not come late, and those for this hop', async (open) => {
    const at = await backend((_, socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: x-hop\r\n\r\n2\r\nok\r\n0\r\nCache-Control: no-store\r\nX-Hop: 1\r\nX-Sum: 7\r\n\r\n',
      ),
    )
    const client = (await open({ backends: [at] })).client()
    const answer = await client.get('/').answer()
    expect([answer.body, answer.trailers]).toEqual(['ok', ['X-Sum: 7']])
    expect((await client.get('/').answer()).status).toBe(200)
  })

  story('leaves out a trailer of a client that is for this hop', async (open) => {
    const at = await backend()
    const client = (await open({ backends: [at] })).client()
    client.request('POST', '/', 'Connection: x-hop', 'Transfer-Encoding: chunked')
    await client.send('2\r\nok\r\n0\r\nX-Hop: 1\r\nX-Sum: 7\r\n\r\n').answer()
    expect(at.heard[0]?.trailers).toEqual(['X-Sum: 7'])
  })

  story('passes encoded slashes on wherever they are', async (open) => {
    const at = await backend()
    const client = (await open({ backends: [at] })).client()
    for (const path of ['/api/queues/%2F/q', '/img/https%3A%2F%2Fa.example%2Fb.png', '/a%2F'])
      expect((await client.get(path).answer()).body).toBe(path)
  })

  story('guards a path however its slashes are encoded', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at], route: { match: { path: '/public/*' } } })
    const client = world.client()
    expect((await client.get('/public%2F%2Fx').answer()).status).toBe(200)
    expect((await client.get('/%2Fadmin').answer()).status).toBe(404)
    for (const path of ['/public/..%2Fadmin', '/public/%2F../%2Fadmin', '/public/%2F..']) {
      const answer = await world.client().get(path).answer()
      expect([400, 404]).toContain(answer.status)
    }
  })

  story('gives an early answer to a client whose backend resets behind it', async (open) => {
    const at = await backend(() => undefined, {
      onHead: (_, socket) => {
        socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig', () =>
          socket.destroy(),
        )
      },
    })
    const world = await open({ backends: [at], pool: { retry: { attempts: 0 } } })
    for (let round = 0; round < 20; round++) {
      const client = world.client().request('POST', '/', 'Content-Length: 3000000')
      for (let piece = 0; piece < 15 && client.received === ''; piece++) {
        client.send('x'.repeat(30_000))
        await new Promise((resolve) => setImmediate(resolve))
      }
      const answer = await client.answer()
      expect([answer.status, answer.body]).toEqual([413, 'big'])
    }
    expect(world.failures).toEqual([])
  })

  story('sees a client leave although it was held back while it sent', async (open) => {
    for (const back of [0, 20_000, 40_000]) {
      const size = 6 * 1024 * 1024 - back
      let heard = 0
      const at = await backend(() => undefined, {
        deaf: true,
        onConnection: (socket) => {
          socket.pause()
          socket.on('data', (bytes) => {
            heard += bytes.length
          })
          setTimeout(() => socket.resume(), 150)
        },
      })
      const world = await open({ backends: [at] })
      const client = world.client().request('POST', '/', `Content-Length: ${size}`)
      client.socket.write(Buffer.alloc(size, 'y'))
      await until('the body to arrive', () => heard > size)
      client.reset()
      await world.quiet()
    }
  })

  story('takes empty lines between requests for nothing', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.body)))
    const world = await open({ backends: [at], clientMs: { headMs: 200 } })
    const client = world.client().request('POST', '/', 'Content-Length: 2').send('ab\r\n')
    expect((await client.answer()).body).toBe('ab')
    client.send('\r\n')
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect((await client.request('POST', '/', 'Content-Length: 2').send('cd').answer()).body).toBe('cd')
  })

  story('does not ask another backend once one has begun to answer', async (open) => {
    for (const beginning of [
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Le',
      'nonsense\r\n',
    ]) {
      const first = await backend((_, socket) => socket.end(beginning))
      const second = await backend()
      const world = await open({ backends: [first, second] })
      const answer = await world.client().get('/').answer()
      expect([answer.status, first.heard.length, second.heard.length]).toEqual([502, 1, 0])
    }
  })

  story('adds the date that a backend has left out', async (open) => {
    const at = await backend()
    const client = (await open({ backends: [at] })).client()
    const date = field(await client.get('/').answer(), 'date') ?? ''
    expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(5000)
  })

  story('keeps what 426 asks for', async (open) => {
    const at = await backend((_, socket) =>
      socket.write(
        'HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n',
      ),
    )
    const client = (await open({ backends: [at] })).client()
    expect(field(await client.get('/').answer(), 'upgrade')).toBe('TLS/1.2')
  })

  story('measures a chunked body against the limit of its route from the first read on', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at], route: { maxBody: '1KiB' } })
    const client = world.client().request('POST', '/', 'Transfer-Encoding: chunked')
    client.send(`1000\r\n${'x'.repeat(4096)}\r\n`)
    expect((await client.answer()).status).toBe(413)
    expect(at.connections).toBe(0)
  })

  story('loses no interim answer of a client that does not read for a while', async (open) => {
    const at = await backend((_, socket) => {
      for (let index = 0; index < 99; index++)
        socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </${'h'.repeat(60_000)}>\r\n\r\n`)
      socket.write(ok('done'))
    })
    const world = await open({ backends: [at] })
    const client = world.client()
    client.socket.pause()
    client.get('/')
    await new Promise((resolve) => setTimeout(resolve, 300))
    client.socket.resume()
    const answer = await client.answer('GET', 10_000)
    expect([answer.body, answer.interim.length]).toEqual(['done', 99])
    // The connection on which they came was held back, and is not any more.
    expect((await client.get('/').answer('GET', 10_000)).body).toBe('done')
  })

  story('says what was wrong with a request it refuses, in the form asked for, and counts it', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const answer = await world.client().get('/?<b>', 'Accept: text/html', 'X : a').answer()
    expect([answer.status, field(answer, 'content-type')]).toEqual([400, 'text/html; charset=utf-8'])
    const id = field(answer, 'x-request-id') ?? ''
    expect(id).toMatch(/^[0-9A-Z]{26}$/)
    expect(answer.body).toContain(id)
    await until('it to be told', () => world.refused.length === 1)
    expect(world.refused[0]).toMatchObject({ id, status: 400, listener: 'web', client: '127.0.0.1' })
    const counts = new Float64Array(32)
    world.reader.readCounters(0, counts)
    expect(counts.filter((count) => count === 1).length).toBe(2)
  })
})
