/** Least connections is exact over all workers: WebSockets, counted where they end. */
import type net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { openWebSocket, socketsOf } from './web-sockets.ts'
import { type Balancer, balance, endStory, eventually, NamedBackend, onePool, startBackends } from './world.ts'

describe('1,000 WebSockets over 4 workers and 8 backends', () => {
  let balancer: (Balancer & { url: string }) | undefined
  let backends: NamedBackend[] = []
  const clients: net.Socket[] = []
  afterEach(async () => {
    for (const client of clients) client.destroy()
    await endStory(balancer, backends)
  })

  it('are 125 on each, give or take two, and the leases go when they do', async () => {
    const open = socketsOf()
    backends = await startBackends(8, (index) => new NamedBackend(`b${index + 1}`, open.upgrade(`b${index + 1}`)))
    balancer = await balance(onePool(backends, { strategy: { type: 'least-connections' } }), { workers: 4 })
    const { url } = balancer
    let left = 1000
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        while (left > 0) {
          left -= 1
          clients.push(await openWebSocket(url))
        }
      }),
    )
    const counts = backends.map(({ name }) => open.count(name))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000)
    for (const count of counts) {
      expect(count).toBeGreaterThanOrEqual(123)
      expect(count).toBeLessThanOrEqual(127)
    }
    const shown = (await balancer.status()).pools[0]?.backends.map(({ tunnels }) => tunnels)
    expect(shown).toEqual(counts)
    for (const client of clients) client.destroy()
    await eventually('no lease is left', 5000, async () => {
      const status = await balancer?.status()
      return status?.pools[0]?.backends.every(({ inFlight, tunnels }) => inFlight === 0 && tunnels === 0)
    })
  }, 60_000)
})
