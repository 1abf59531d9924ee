import { afterEach, describe, expect, it } from 'vitest'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
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

describe('Black Friday', () => {
  let balancer: Balancer | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  it('12 backends join 4 under load, take their share, and are drained and removed again without one failed request', async () => {
    backends = await startBackends(16)
    const running = await balance(
      onePool(backends.slice(0, 4), { healthCheck: { type: 'http', path: '/health', interval: '1s' } }),
    )
    balancer = running
    const added = backends.slice(4)
    let stop: () => void = () => undefined
    const until = new Promise<void>((resolve) => {
      stop = resolve
    })
    const loading = load(running.url, { concurrency: 24, until, pauseMs: 2 })
    const answer = await running.api<ChangeAnswer>(
      'POST',
      '/pools/app/backends',
      added.map(({ name, address }) => ({ id: name, address })),
    )
    expect(answer.status).toBe(201)
    await eventually('all 16 healthy', 10_000, async () =>
      (await running.status()).pools[0]?.backends.every((backend) => backend.availability === 'healthy'),
    )
    const before = backends.map((backend) => backend.requests)
    await eventually(
      'enough traffic to compare',
      20_000,
      () => backends.reduce((sum, backend, index) => sum + backend.requests - (before[index] as number), 0) > 3200,
    )
    const shares = backends.map((backend, index) => backend.requests - (before[index] as number))
    const mean = shares.reduce((sum, share) => sum + share, 0) / 16
    for (const share of shares) expect(Math.abs(share - mean) / mean).toBeLessThan(0.1)

    for (const { name } of added) {
      const removed = await running.api('DELETE', `/pools/app/backends/${name}`)
      expect(removed.status).toBe(200)
    }
    await eventually('every removed one drained', 10_000, async () => {
      const shown = (await running.status()).pools[0]?.backends ?? []
      return shown.filter((backend) => backend.drain?.removed).every((backend) => backend.drain?.safeToStop)
    })
    const atRest = added.map((backend) => backend.requests)
    const mark = backends[0]?.requests ?? 0
    await eventually('traffic goes on', 5000, () => (backends[0]?.requests ?? 0) > mark + 100)
    expect(added.map((backend) => backend.requests)).toEqual(atRest)
    stop()
    const result = await loading
    expect(result.errors).toEqual([])
    expect(result.failed).toBe(0)
  })
})
