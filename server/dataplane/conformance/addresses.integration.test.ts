/** A backend whose name leads to several addresses, to none, or elsewhere than before. */
import { expect } from 'vitest'
import type { HostAddresses } from '../../core/snapshot.ts'
import { backend, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { tarpit } from './testing/tarpit.ts'
import { until } from './testing/until.ts'

const leads = (...addresses: string[]): HostAddresses => ({ addresses, problem: '' })

stories('addresses', (story) => {
  story('tries the next address at once when the first refuses, and blames nobody', async (open) => {
    const at = await backend()
    // Nobody listens there on this port.
    const world = await open({ backends: [at], at: () => leads('127.0.0.2', '::1', '127.0.0.1') })
    for (let turn = 0; turn < 3; turn++) {
      const answer = await world.client().get(`/${turn}`, 'Connection: close').answer()
      expect([answer.status, answer.body]).toEqual([200, `/${turn}`])
    }
    expect(world.failures).toEqual([])
    expect(world.reports.map(({ attempts }) => attempts)).toEqual([1, 1, 1])
  })

  story('tries the next address beside one that does not answer, and remembers who did', async (open, variant) => {
    const at = await backend((request, socket) => socket.end(ok(request.target, 'Connection: close')))
    const pit = await tarpit('127.0.0.2', at.port)
    try {
      const world = await open({ backends: [at], at: () => leads('127.0.0.2', '127.0.0.1') })
      const times: number[] = []
      for (let turn = 0; turn < 3; turn++) {
        const began = performance.now()
        expect((await world.client().get('/x').answer()).status).toBe(200)
        times.push(performance.now() - began)
      }
      expect(times[0]).toBeGreaterThan(200)
      expect(Math.max(...times)).toBeLessThan(2500)
      if (variant !== 'http-proxy') expect(Math.max(...times.slice(1))).toBeLessThan(240)
      expect(world.failures).toEqual([])
      await world.end()
    } finally {
      await pit.close()
    }
  })

  story('answers 502 when every address refuses, by the error of the first', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at], pool: { retry: { attempts: 0 } }, at: () => leads('127.0.0.2', '::1') })
    expect((await world.client().get('/').answer()).status).toBe(502)
    expect(world.failures).toMatchObject([{ kind: 'refused', side: 'backend', stage: 'not-connected' }])
    expect(at.heard).toEqual([])
  })

  story('answers 504 within the time to connect, however many addresses are silent', async (open) => {
    const at = await backend()
    const pits = await Promise.all(['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((host) => tarpit(host, at.port)))
    try {
      const world = await open({
        backends: [at],
        pool: { retry: { attempts: 0 }, timeouts: { connect: '1s' } },
        at: () => leads('127.0.0.2', '127.0.0.3', '127.0.0.4'),
      })
      const began = performance.now()
      expect((await world.client().get('/').answer()).status).toBe(504)
      expect(performance.now() - began).toBeLessThan(2500)
      expect(world.failures).toMatchObject([{ kind: 'connect-timeout' }])
    } finally {
      for (const pit of pits) await pit.close()
    }
  })

  story('answers at once when there is no address, and says why', async (open) => {
    const at = await backend()
    const problem = 'no name server answered for app.internal'
    const world = await open({
      backends: [at],
      pool: { retry: { attempts: 0 } },
      at: () => ({ addresses: [], problem }),
    })
    const began = performance.now()
    expect((await world.client().get('/').answer()).status).toBe(502)
    expect(performance.now() - began).toBeLessThan(1000)
    expect(world.failures).toMatchObject([{ kind: 'unresolved', side: 'backend', stage: 'not-connected' }])
    expect(world.failures[0]?.detail).toBe(`no address to connect to for 127.0.0.1:${at.port}: ${problem}`)
  })

  story('goes elsewhere when the name does, and lets go of connections to where it led', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(`${socket.localAddress} ${request.target}`)), {
      host: '0.0.0.0',
    })
    let now = leads('127.0.0.1')
    const world = await open({ backends: [at], at: () => now })
    const client = world.client()
    expect((await client.get('/1').answer()).body).toBe('127.0.0.1 /1')
    now = leads('127.0.0.3')
    world.plane.snapshot = world.snapshot()
    for (const target of ['/2', '/3']) expect((await client.get(target).answer()).body).toBe(`127.0.0.3 ${target}`)
    await until('the old connection to be gone', () => at.sockets.size === 1)
    // The same addresses again, compiled anew: nothing is closed.
    now = leads('127.0.0.3')
    world.plane.snapshot = world.snapshot()
    expect((await client.get('/4').answer()).body).toBe('127.0.0.3 /4')
    expect(at.connections).toBe(2)
  })
})
