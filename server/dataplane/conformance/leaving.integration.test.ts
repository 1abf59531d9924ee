import type { Socket } from 'node:net'
import fc from 'fast-check'
import { expect } from 'vitest'
import { backend, deadPort, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import { field } from './testing/wire.ts'
import { FIRST } from './testing/world.ts'

stories('leaving', (story) => {
  for (const how of ['reset', 'end'] as const) {
    story(`lets the backend go when the client leaves by ${how} while it waits`, async (open) => {
      const at = await backend(() => undefined)
      const world = await open({ backends: [at] })
      const client = world.client().get('/')
      await until('the request to arrive', () => at.heard.length === 1)
      client[how]()
      await until('the backend to be told', () => at.sockets.size === 0, 4000)
      await world.quiet()
      expect(world.reports.at(-1)?.outcome).toBe('client-aborted')
      expect(world.failures).toEqual([])
    })
  }

  story('lets the backend go when the client leaves in the middle of its body', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const client = world.client().request('POST', '/', 'Content-Length: 1000').send('some')
    await until('the connection to the backend', () => at.sockets.size === 1)
    client.reset()
    await until('the backend to be told', () => at.sockets.size === 0)
    await world.quiet()
  })

  story('lets the backend go when the client leaves in the middle of the answer', async (open) => {
    const at = await backend((_, socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome'))
    const world = await open({ backends: [at] })
    const client = world.client().get('/')
    await client.saw('some')
    client.reset()
    await until('the backend to be told', () => at.sockets.size === 0)
    await world.quiet()
    expect(world.reports.at(-1)?.outcome).toBe('client-aborted')
  })

  story('lets the backend go when the client ends its side in the middle of a stream that is quiet', async (open) => {
    const at = await backend((_, socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n'),
    )
    const world = await open({ backends: [at] })
    const client = world.client().get('/')
    await client.saw('some')
    client.end()
    await until('the backend to be told', () => at.sockets.size === 0, 4000)
    await world.quiet()
    expect(world.reports.at(-1)?.outcome).toBe('client-aborted')
  })

  story('serves a half-closed client for as long as its answer goes on', async (open) => {
    const at = await backend((_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      let left = 7
      const timer = setInterval(() => {
        socket.write(left-- > 0 ? '2\r\nab\r\n' : '0\r\n\r\n')
        if (left < 0) clearInterval(timer)
      }, 400)
    })
    const world = await open({ backends: [at] })
    const client = world.client().get('/')
    await client.saw('ab')
    client.end()
    expect((await client.answer()).body).toBe('ab'.repeat(7))
  })

  story('serves a client whose answer is big, slow and the last one', async (open) => {
    const size = 8 * 1024 * 1024
    const at = await backend((_, socket) => socket.write(ok('x'.repeat(size))))
    const world = await open({ backends: [at] })
    const client = world.client()
    client.get('/', 'Connection: close')
    await client.head()
    client.socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 2500))
    client.socket.resume()
    expect((await client.answer('GET', 10_000)).body.length).toBe(size)
    expect(await client.over()).toBe('end')
  })

  story('cuts a client that does not read for too long', async (open) => {
    const at = await backend((_, socket) => socket.write(ok('x'.repeat(32 * 1024 * 1024))))
    const world = await open({ backends: [at], clientMs: { writeMs: 400 } })
    const client = world.client()
    client.get('/')
    await client.head()
    client.socket.pause()
    await until('the client to be let go', () => world.listener.connections() === 0, 5000)
    await until('the backend to be told', () => at.sockets.size === 0)
  })

  story('cuts the exchanges of one backend and no others', async (open) => {
    const one = await backend(() => undefined)
    const two = await backend(() => undefined)
    const world = await open({ backends: [one, two] })
    const clients = [world.client().get('/'), world.client().get('/')]
    await until('both to be waiting', () => one.heard.length === 1 && two.heard.length === 1)
    world.listener.cut(FIRST)
    await until('one client to be cut', () => clients.some((client) => client.ended !== 'open'))
    expect(world.reader.inFlight(FIRST)).toBe(0)
    expect(world.reader.inFlight(FIRST + 1)).toBe(1)
    for (const socket of two.sockets) socket.write(ok('unharmed'))
    const left = clients.find((client) => client.ended === 'open')
    expect((await left?.answer())?.body).toBe('unharmed')
  })

  story('drains: idle connections close, busy ones finish, and say close', async (open) => {
    const waiting: Socket[] = []
    const at = await backend((request, socket) => {
      if (request.target === '/slow') waiting.push(socket)
      else socket.write(ok(request.target))
    })
    const world = await open({ backends: [at] })
    const idle = world.client()
    await idle.get('/').answer()
    const busy = world.client().get('/slow')
    await until('the slow request to arrive', () => waiting.length === 1)
    let drained = false
    const draining = world.listener.drain().then(() => {
      drained = true
    })
    expect(await idle.over()).toBe('end')
    const late = world.client()
    expect(await late.over()).toBe('reset')
    expect(drained).toBe(false)
    waiting[0]?.write(ok('finished'))
    const answer = await busy.answer()
    expect([answer.body, field(answer, 'connection')]).toEqual(['finished', 'close'])
    await draining
  })

  story('keeps WebSockets while it drains, until it is told to end', async (open) => {
    const at = await backend((_, socket) => {
      socket.removeAllListeners('data')
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
      socket.on('data', (bytes) => socket.write(bytes))
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('GET', '/', 'Connection: Upgrade', 'Upgrade: echo')
    await client.saw('101')
    const draining = world.listener.drain()
    client.send('still here')
    await client.saw('still here')
    world.listener.destroy()
    await draining
    await client.over()
    await world.quiet()
  })

  story('closes the oldest idle connection when all places are taken', async (open) => {
    const world = await open({ backends: [await backend()], listener: { limits: { connections: 4 } } })
    const clients = [0, 1, 2, 3].map(() => world.client())
    for (const client of clients) await client.get('/').answer()
    const late = world.client()
    expect((await late.get('/late').answer()).body).toBe('/late')
    await clients[0]?.over()
    expect(world.listener.connections()).toBeLessThanOrEqual(4)
  })

  story('turns newcomers away when all places are at work', async (open) => {
    const at = await backend(() => undefined)
    const world = await open({ backends: [at], listener: { limits: { connections: 2 } } })
    world.client().get('/')
    world.client().get('/')
    await until('both to be at work', () => at.heard.length === 2)
    const late = world.client()
    await late.over()
    for (const socket of at.sockets) socket.write(ok('done'))
    await world.quiet()
  })

  story('keeps a descriptor for the backend of each client, and says when that turns somebody away', async (open) => {
    const at = await backend(() => undefined)
    const world = await open({ backends: [at], descriptors: 32 })
    const clients = Array.from({ length: 8 }, () => world.client().get('/'))
    // A client whose request has not been read yet could be closed instead of the newcomer.
    await until('all places to be at work', () => at.heard.length === 8)
    const late = world.client()
    await late.over()
    expect([world.room.takeShortage(), world.listener.connections()]).toEqual(['descriptors', 8])
    for (const socket of at.sockets) socket.write(ok('done'))
    for (const client of clients) expect((await client.answer()).body).toBe('done')
    const next = world.client().get('/next')
    await until('the next request', () => at.heard.length === 9)
    for (const socket of at.sockets) socket.write(ok('next'))
    expect((await next.answer()).body).toBe('next')
  })

  story('does not close a newcomer, whose request is on the way, for another one', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at], listener: { limits: { connections: 4 } } })
    const clients = [0, 1, 2, 3].map(() => world.client())
    await until('all places to be taken', () => world.listener.connections() === 4)
    await world.client().over()
    for (const client of clients) expect((await client.get('/').answer()).body).toBe('/')
  })

  story('closes a silent client after a moment, for one that may speak', async (open) => {
    const world = await open({ backends: [await backend()], listener: { limits: { connections: 2 } } })
    const silent = [world.client(), world.client()]
    await until('both places to be taken', () => world.listener.connections() === 2)
    let served = false
    for (const end = performance.now() + 5000; !served && performance.now() < end; ) {
      const late = world.client().get('/')
      await until('an answer or the end', () => late.received !== '' || late.ended !== 'open')
      served = late.received.includes('200 OK')
    }
    expect(served).toBe(true)
    await silent[0]?.over()
  })

  story('bounds the connections of one address', async (open) => {
    const world = await open({ backends: [await backend()], listener: { limits: { connectionsPerAddress: 2 } } })
    const first = [world.client(), world.client()]
    for (const client of first) await client.get('/').answer()
    await world.client().over()
    first[0]?.end()
    await until('a place to be free', () => world.listener.connections() === 1)
    expect((await world.client().get('/again').answer()).body).toBe('/again')
  })

  story(
    'holds nothing after clients have left at any moment',
    async (open) => {
      const stories = fc.array(
        fc.record({
          target: fc.constantFrom('/at-once', '/slow', '/big', '/silent', '/cut', '/reset', '/upgrade'),
          body: fc.constantFrom('', 'small', 'x'.repeat(200_000)),
          leaveAfterMs: fc.integer({ min: 0, max: 25 }),
          how: fc.constantFrom('end', 'reset', 'stay'),
        }),
        { minLength: 5, maxLength: 25 },
      )
      const at = await backend((request, socket) => {
        const { target } = request
        if (target === '/at-once') socket.write(ok('x'))
        else if (target === '/slow') setTimeout(() => socket.write(ok('slow')), 10)
        else if (target === '/big') socket.write(ok('x'.repeat(500_000)))
        else if (target === '/cut') socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut')
        else if (target === '/reset') socket.resetAndDestroy()
        else if (target === '/upgrade')
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhi')
      })
      const dead = await deadPort()
      await fc.assert(
        fc.asyncProperty(stories, async (clients) => {
          const world = await open({ backends: [at, dead, at], poolMs: { headMs: 150, readMs: 150, tunnelMs: 150 } })
          await Promise.all(
            clients.map(async ({ target, body, leaveAfterMs, how }) => {
              const client = world.client()
              const more = target === '/upgrade' ? ['Connection: Upgrade', 'Upgrade: echo'] : []
              if (body === '' || target === '/upgrade') client.get(target, ...more)
              else client.request('PUT', target, `Content-Length: ${body.length}`).send(body)
              await new Promise((resolve) => setTimeout(resolve, leaveAfterMs))
              if (how !== 'stay') client[how]()
            }),
          )
          await world.end()
        }),
        { numRuns: 15 },
      )
    },
    60_000,
  )
})
