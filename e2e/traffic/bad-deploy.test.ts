import { afterEach, describe, expect, it } from 'vitest'
import type { EventRecord } from '../../shared/api/records.ts'
import {
  type Balancer,
  balance,
  endStory,
  eventually,
  load,
  type NamedBackend,
  onePool,
  startBackends,
} from './world.ts'

describe('bad deploy', () => {
  let balancer: Balancer | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  const availability = async (id: string) =>
    (await balancer?.status())?.pools[0]?.backends.find((backend) => backend.id === id)

  it('one of eight answers 500 to its health check: out within 20 s, the others carry everything, back after it recovers', async () => {
    backends = await startBackends(8)
    const healthCheck = {
      type: 'http',
      path: '/health',
      interval: '10s',
      timeout: '1s',
      unhealthyAfter: 2,
      healthyAfter: 2,
    }
    const running = await balance(onePool(backends, { healthCheck }))
    balancer = running
    const ill = backends[3] as NamedBackend
    ill.health = 500
    const out = await eventually('b4 out of traffic', 20_000, async () => {
      const now = await availability('b4')
      return now?.availability === 'unhealthy' && now
    })
    expect(out.reason).toContain('status 500, expected 200-399')
    const before = ill.requests
    const result = await load(running.url, { concurrency: 20, requests: 1400 })
    expect(result).toMatchObject({ ok: 1400, failed: 0 })
    expect(ill.requests).toBe(before)
    expect(Object.keys(result.byBackend)).toHaveLength(7)
    ill.health = 200
    await eventually('b4 back in traffic', 20_000, async () => (await availability('b4'))?.availability === 'healthy')
    const again = await load(running.url, { concurrency: 20, requests: 800 })
    expect(again.byBackend.b4).toBeGreaterThan(50)
    const { body: events } = await running.api<EventRecord[]>('GET', '/events?kind=availability&backend=b4')
    expect(events.map((event) => event.severity)).toEqual(expect.arrayContaining(['error', 'info']))
  })

  it.each(['native', 'http-proxy'])(
    'one is killed outright under load: out in about a second, no client sees an error (%s)',
    async (engine) => {
      backends = await startBackends(4)
      const running = await balance(onePool(backends, { healthCheck: { type: 'tcp', interval: '30s' } }, { engine }))
      balancer = running
      let stop: () => void = () => undefined
      const until = new Promise<void>((resolve) => {
        stop = resolve
      })
      const loading = load(running.url, { concurrency: 20, until, pauseMs: 2 })
      await eventually('traffic on every backend', 5000, () => backends.every((backend) => backend.requests > 50))
      const killedAt = performance.now()
      await (backends[1] as NamedBackend).kill()
      await eventually('b2 out of traffic', 5000, async () => (await availability('b2'))?.availability === 'unhealthy')
      const tookMs = performance.now() - killedAt
      stop()
      const result = await loading
      expect(result.errors).toEqual([])
      expect(result.failed).toBe(0)
      expect(tookMs).toBeLessThan(3000)
    },
  )
})
