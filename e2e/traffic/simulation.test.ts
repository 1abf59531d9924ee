import { afterEach, describe, expect, it } from 'vitest'
import type { Problem } from '../../shared/api/problem.ts'
import type { SimulationAnswer, SimulationQuestion } from '../../shared/api/simulation.ts'
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

describe('the simulation of what has just happened', () => {
  let balancer: Balancer | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  async function start(count: number) {
    backends = await startBackends(count)
    const running = await balance(onePool(backends))
    balancer = running
    const ask = async (question: SimulationQuestion) =>
      (await running.api<SimulationAnswer & Problem>('POST', '/pools/app/simulate', question)).body
    const requests = (total: number) => load(running.url, { concurrency: 8, requests: total, pauseMs: 5 })
    return { ask, requests }
  }

  it('gives round robin the shares it had, and least time fewer requests to a slow backend', async () => {
    const { ask, requests } = await start(3)
    for (const [index, backend] of backends.entries()) backend.delayMs = index === 2 ? 120 : 10
    const done = await requests(1200)
    expect(done.failed).toBe(0)
    // Counts are of whole seconds; a second of which the log has at least nine tenths is replayed from the log alone.
    const replay = await eventually('the seconds of all requests are over', 5000, async () => {
      const answer = await ask({ strategy: { type: 'least-time' } })
      return answer.requests >= 0.9 * done.ok && answer
    })
    expect(replay.source).toBe('recorded')
    for (const { id, share } of replay.baseline.backends)
      expect(Math.abs(share - (done.byBackend[id] ?? 0) / done.ok)).toBeLessThan(0.02)
    const slow = replay.changed.backends.find(({ id }) => id === 'b3')
    expect(slow?.share).toBeLessThan(0.2)
    expect(replay.baseline.latency.p99).toBeGreaterThan(100)

    const without = await ask({ remove: ['b3'] })
    expect(without.changed.backends.map(({ id }) => id)).toEqual(['b1', 'b2'])
    expect(without.changed.latency.p95).toBeLessThan(100)
  })

  it('says that there is too little traffic, and takes a synthetic mix instead', async () => {
    const { ask, requests } = await start(2)
    await requests(10)
    await wait(1500)
    const thin = await ask({ strategy: { type: 'random' } })
    expect(thin).toMatchObject({ status: 409, code: 'too-little-traffic' })
    const mix = { requestsPerSecond: 1000, seconds: 60, clients: 500 }
    const [made, again] = await Promise.all([ask({ mix }), ask({ mix, strategy: { type: 'hash' } })])
    expect(made).toMatchObject({ source: 'synthetic' })
    expect(again.changed.imbalance).toBeGreaterThan(made.changed.imbalance)
  })
})
