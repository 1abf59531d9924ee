import { expect } from 'vitest'
import { backend, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import { field } from './testing/wire.ts'

/** An answer to /a that fills one read of 64 KiB to the byte, and a second answer that nobody has asked for right behind it. */
function surplus() {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 65494\r\n\r\n'
  const full = head + 'x'.repeat(65_536 - head.length)
  expect(full.length - head.length).toBe(65_494)
  return backend((request, socket) =>
    socket.write(request.target === '/a' ? full + ok('of another') : ok(request.target)),
  )
}

stories('isolation', (story) => {
  story('gives nobody what a backend has sent behind an answer, however many wait for its connection', async (open) => {
    for (let round = 0; round < 5; round++) {
      const at = await surplus()
      const world = await open({
        backends: [at],
        backend: { maxConnections: 1 },
        pool: { queue: { size: 10, timeout: '5s' } },
      })
      const [first, second] = [world.client().get('/a'), world.client().get('/b')]
      expect((await first.answer()).body.length).toBe(65_494)
      expect((await second.answer()).body).toBe('/b')
      expect(at.heard.map(({ connection }) => connection)).toEqual([0, 1])
    }
  })

  story('gives nobody what a backend has sent behind an answer while they wait for a connection', async (open) => {
    const at = await surplus()
    const world = await open({ backends: [at] })
    for (let round = 0; round < 10; round++) {
      const first = world.client().get('/a')
      const others = [world.client().get('/b'), world.client().get('/c')]
      expect((await first.answer()).body.length).toBe(65_494)
      expect((await Promise.all(others.map((other) => other.answer()))).map(({ body }) => body)).toEqual(['/b', '/c'])
    }
  })

  for (const scheme of ['NTLM', 'Negotiate']) {
    story(`gives nobody a connection on which another client has signed in (${scheme})`, async (open) => {
      const signedIn = new Set<number>()
      const at = await backend((request, socket) => {
        if (field(request, 'authorization') !== undefined) signedIn.add(request.connection)
        const name = signedIn.has(request.connection) ? 'alice' : 'nobody'
        if (request.target === '/offer')
          socket.write(`HTTP/1.1 401 No\r\nWWW-Authenticate: Basic, ${scheme}\r\nContent-Length: 0\r\n\r\n`)
        else socket.write(ok(name))
      })
      const world = await open({ backends: [at] })
      expect((await world.client().get('/', `Authorization: ${scheme} dG9rZW4=`).answer()).body).toBe('alice')
      expect((await world.client().get('/secret').answer()).body).toBe('nobody')
      expect((await world.client().get('/offer').answer()).status).toBe(401)
      await world.client().get('/').answer()
      // One for what signed in, one for the second and the offer, one behind the offer.
      expect(at.connections).toBe(3)
    })
  }

  story('sends nothing to an address that the backend has left', async (open) => {
    let held: (() => void) | undefined
    const before = await backend((request, socket) => {
      if (request.target === '/slow') held = () => socket.write(ok('before'))
      else socket.write(ok('before'))
    })
    const after = await backend((_, socket) => socket.write(ok('after')))
    const world = await open({ backends: [before] })
    const slow = world.client().get('/slow')
    await until('the slow request to arrive', () => held !== undefined)
    ;(world.options.backends as unknown[])[0] = after
    world.plane.snapshot = world.snapshot()
    const client = world.client()
    expect((await client.get('/').answer()).body).toBe('after')
    held?.()
    expect((await slow.answer()).body).toBe('before')
    for (let index = 0; index < 3; index++) expect((await client.get('/').answer()).body).toBe('after')
    await until('the old connections to be closed', () => before.sockets.size === 0)
  })

  story('tries again at the address that the backend has now', async (open) => {
    const before = await backend(() => undefined)
    const after = await backend((_, socket) => socket.write(ok('after')))
    const world = await open({ backends: [before] })
    const client = world.client().get('/')
    await until('the request to arrive', () => before.heard.length === 1)
    ;(world.options.backends as unknown[])[0] = after
    world.plane.snapshot = world.snapshot()
    await before.close()
    expect((await client.answer()).body).toBe('after')
  })

  story('finds the sticky cookie in whichever Cookie field it is', async (open) => {
    const ats = [await backend(), await backend()]
    const world = await open({ backends: ats, pool: { sticky: { type: 'cookie', name: 'bound' } } })
    const client = world.client()
    const cookie = (field(await client.get('/').answer(), 'set-cookie') ?? '').split(';')[0] ?? ''
    expect(cookie).toMatch(/^bound=/)
    const bound = ats.findIndex(({ heard }) => heard.length === 1)
    for (let index = 0; index < 4; index++) await client.get('/', 'Cookie: a=b', `Cookie: ${cookie}`).answer()
    expect(ats[bound]?.heard.length).toBe(5)
  })
})
