import { expect } from 'vitest'
import { backend, deadPort, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import { field } from './testing/wire.ts'

/** Heads that a proxy must not pass on: what it would take for an answer, the client might take for another. */
const nonsense: readonly (readonly [string, string])[] = [
  ['garbage', '\x00\x01\x02 not http at all\r\n\r\n'],
  ['a bad status line', 'HTTP/1.1 OK 200\r\n\r\n'],
  ['status 099', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'],
  ['status 1000', 'HTTP/1.1 1000 Odd\r\nContent-Length: 0\r\n\r\n'],
  ['a bad field', 'HTTP/1.1 200 OK\r\nX A: b\r\nContent-Length: 0\r\n\r\n'],
  ['a head that is too large', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(270_000)}\r\nContent-Length: 0\r\n\r\n`],
  ['both framings', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['lengths that differ', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
  ['a NUL in a value', 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n'],
  ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nabcd'],
  ['a 101 nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ['endless interim answers', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(200)],
]

/** Answers that begin well and end badly: the client must be able to tell. */
const cut: readonly (readonly [string, string])[] = [
  ['a body shorter than its length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this'],
  ['a chunked body without its end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n'],
  ['a chunk cut in the middle', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly'],
]

stories('backend faults', (story) => {
  for (const [what, bytes] of nonsense) {
    story(`turns ${what} into 502 and never uses that connection again`, async (open) => {
      const at = await backend((request, socket) => socket.write(request.target === '/' ? bytes : ok('well'), 'latin1'))
      const world = await open({ backends: [at], pool: { retry: { attempts: 0 } } })
      const client = world.client()
      const answer = await client.get('/').answer()
      expect(answer.status).toBe(502)
      expect(field(answer, 'connection')).not.toBe('close')
      await until('the bad connection to be closed', () => at.sockets.size === 0)
      expect((await client.get('/again').answer()).body).toBe('well')
      expect(at.connections).toBe(2)
      expect(world.failures.length).toBe(1)
      expect(world.reports[0]).toMatchObject({ status: 502, ours: true })
    })
  }

  for (const [what, bytes] of cut) {
    for (const how of ['ends', 'resets'] as const) {
      story(`cuts the client when ${what} comes and the backend ${how}`, async (open) => {
        const at = await backend((_, socket) => {
          socket.write(bytes)
          if (how === 'ends') socket.end()
        })
        const world = await open({ backends: [at] })
        const client = world.client().get('/')
        await client.saw('only')
        if (how === 'resets') for (const socket of at.sockets) socket.resetAndDestroy()
        await until('the client to be cut', () => client.ended !== 'open', 3000)
        expect(client.received.endsWith('0\r\n\r\n')).toBe(false)
        await world.quiet()
        expect(world.failures.map((failure) => failure.kind)).toEqual(['response-cut'])
        expect(world.reports.at(-1)?.outcome).toBe('backend-broke')
      })
    }
  }

  story('cuts the client when a chunk turns to garbage', async (open) => {
    const at = await backend((_, socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\nzz\r\n'),
    )
    const world = await open({ backends: [at] })
    const client = world.client().get('/')
    await until('the client to be cut', () => client.ended !== 'open', 3000)
    expect(client.received.includes('zz')).toBe(false)
  })

  story('says 502 when nobody listens, and tells the monitors', async (open) => {
    const world = await open({ backends: [await deadPort(), await deadPort()] })
    const client = world.client()
    const answer = await client.get('/').answer()
    expect(answer.status).toBe(502)
    expect(world.failures.map((failure) => failure.kind)).toEqual(['refused', 'refused'])
    expect((await client.get('/').answer()).status).toBe(502)
  })

  story('says 503 with Retry-After when there is nobody to ask', async (open) => {
    const world = await open({ backends: [] })
    const answer = await world.client().get('/').answer()
    expect([answer.status, Number(field(answer, 'retry-after')) > 0]).toEqual([503, true])
  })

  story('says 503 with Retry-After when everybody is full', async (open) => {
    const at = await backend(() => undefined)
    const world = await open({ backends: [at], backend: { maxConnections: 1 } })
    world.client().get('/1')
    await until('the first to arrive', () => at.heard.length === 1)
    const answer = await world.client().get('/2').answer()
    expect([answer.status, Number(field(answer, 'retry-after')) > 0]).toEqual([503, true])
  })

  story('asks the unhealthy when nobody is well, and takes their silence for nobody there', async (open) => {
    const world = await open({ backends: [await deadPort()], unhealthy: true })
    const answer = await world.client().get('/').answer()
    expect([answer.status, Number(field(answer, 'retry-after')) > 0]).toEqual([503, true])
    const at = await backend()
    const other = await open({ backends: [at], unhealthy: true })
    expect((await other.client().get('/').answer()).status).toBe(200)
  })

  story('says 504 when a backend takes the request and says nothing', async (open) => {
    const at = await backend(() => undefined)
    const world = await open({ backends: [at], poolMs: { headMs: 300 } })
    const from = performance.now()
    const answer = await world.client().get('/').answer()
    const took = performance.now() - from
    expect(answer.status).toBe(504)
    expect(took).toBeGreaterThan(290)
    expect(took).toBeLessThan(1500)
    expect(world.failures.map((failure) => failure.kind)).toEqual(['head-timeout'])
  })

  story('says 504 when a head begins and does not end', async (open) => {
    const at = await backend((_, socket) => socket.write('HTTP/1.1 200 OK\r\nX-A'))
    const world = await open({ backends: [at], poolMs: { headMs: 300 } })
    expect((await world.client().get('/').answer()).status).toBe(504)
  })

  story('cuts the client when a body pauses for too long', async (open) => {
    const at = await backend((_, socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nonly'))
    const world = await open({ backends: [at], poolMs: { readMs: 300 } })
    const client = world.client().get('/')
    await client.saw('only')
    await client.over(3000)
    await world.quiet()
    expect(world.reports.at(-1)?.outcome).toBe('backend-broke')
  })

  story('throws bytes behind an answer away with the connection', async (open) => {
    const at = await backend((request, socket) =>
      socket.write(`${ok(request.target)}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`),
    )
    const world = await open({ backends: [at] })
    const client = world.client()
    for (const target of ['/1', '/2', '/3']) expect((await client.get(target).answer()).body).toBe(target)
    expect(at.connections).toBe(3)
  })

  story('throws an answer that nobody asked for away with its idle connection', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const client = world.client()
    await client.get('/1').answer()
    await world.quiet()
    for (const socket of at.sockets) socket.write(ok('poison'))
    await until('the poisoned connection to be closed', () => at.sockets.size === 0)
    expect((await client.get('/2').answer()).body).toBe('/2')
  })

  story('answers with 502 when a backend closes without a word, for what may not be repeated', async (open) => {
    const at = await backend((_, socket) => socket.end())
    const world = await open({ backends: [at] })
    const answer = await world.client().request('POST', '/', 'Content-Length: 2').send('hi').answer()
    expect(answer.status).toBe(502)
    expect(at.heard.length).toBe(1)
  })
})
