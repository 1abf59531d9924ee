import { afterEach, describe, expect, it } from 'vitest'
import { type Balancer, balance, endStory, load, type NamedBackend, onePool, startBackends } from './world.ts'

describe('even spread', () => {
  let balancer: Balancer | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  it.each(['native', 'http-proxy'])(
    '10,000 requests over 5 backends at concurrency 50 give each 2,000 ± 1 %% (%s)',
    async (engine) => {
      backends = await startBackends(5)
      const running = await balance(onePool(backends, {}, { engine }), { workers: 3 })
      balancer = running
      const result = await load(running.url, { concurrency: 50, requests: 10_000 })
      expect(result).toMatchObject({ ok: 10_000, failed: 0 })
      for (const { name } of backends) expect(Math.abs((result.byBackend[name] ?? 0) - 2000)).toBeLessThanOrEqual(20)
    },
  )

  it('weights 3:1 give 75 % ± 1 %', async () => {
    backends = await startBackends(2)
    const document = onePool(backends)
    const [first] = document.pools?.[0]?.backends ?? []
    if (first) first.weight = 3
    const running = await balance(document)
    balancer = running
    const result = await load(running.url, { concurrency: 50, requests: 4000 })
    expect(result.failed).toBe(0)
    expect(Math.abs((result.byBackend.b1 ?? 0) / 4000 - 0.75)).toBeLessThanOrEqual(0.01)
  })

  it.each(['native', 'http-proxy'])(
    'least connections with weights 3, 1, 1, 1 and one request at a time gives everybody its share (%s)',
    async (engine) => {
      backends = await startBackends(4)
      const document = onePool(backends, { strategy: { type: 'least-connections' } }, { engine })
      const [first] = document.pools?.[0]?.backends ?? []
      if (first) first.weight = 3
      const running = await balance(document, { workers: 1 })
      balancer = running
      const { ok, byBackend } = await load(running.url, { concurrency: 1, requests: 120 })
      expect(ok).toBe(120)
      for (const [name, share] of Object.entries({ b1: 60, b2: 20, b3: 20, b4: 20 }))
        expect(Math.abs((byBackend[name] ?? 0) - share)).toBeLessThanOrEqual(6)
    },
  )
})
