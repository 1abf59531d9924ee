/** A rolling restart of 8 backends under 2,000 requests a second: not one failed request. */
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Balancer,
  balance,
  endStory,
  eventually,
  load,
  type NamedBackend,
  onePool,
  startBackends,
  wait,
} from './world.ts'

const HEALTH = { type: 'http', path: '/health', interval: '1s', timeout: '500ms', unhealthyAfter: 2, healthyAfter: 2 }

describe('rolling restart', () => {
  let balancer: (Balancer & { url: string }) | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  it('of 8 backends, each drained by its deploy script or simply killed, is seen by no client', async () => {
    backends = await startBackends(8)
    balancer = await balance(onePool(backends, { healthCheck: HEALTH, slowStart: '2s' }), { workers: 2 })
    const { api, status } = balancer
    let end: () => void = () => undefined
    const until = new Promise<void>((resolve) => {
      end = resolve
    })
    // 50 clients that pause 20 ms ask for about 2,000 a second.
    const result = load(balancer.url, { concurrency: 50, until, pauseMs: 20 })
    const now = async (id: string) => (await status()).pools[0]?.backends.find((backend) => backend.id === id)
    for (const [index, backend] of backends.entries()) {
      const path = `/pools/app/backends/${backend.name}`
      const politely = index % 2 === 0
      if (politely) {
        await api('PATCH', path, { adminState: 'draining' })
        await eventually('drained', 5000, async () => (await now(backend.name))?.drain?.safeToStop)
      }
      await backend.kill()
      await wait(200)
      await backend.start()
      if (politely) await api('PATCH', path, { adminState: 'active' })
      await eventually('back', 8000, async () => (await now(backend.name))?.availability === 'healthy')
      const before = backend.requests
      await eventually('traffic again', 3000, () => backend.requests > before)
    }
    end()
    const { ok, failed, errors } = await result
    expect(errors).toEqual([])
    expect(failed).toBe(0)
    expect(ok).toBeGreaterThan(1000)
  }, 90_000)
})
