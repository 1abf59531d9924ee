import { describe, expect, it } from 'vitest'
import { seededRandom } from '../clock.ts'
import { runJob, type SimulationJob } from './job.ts'
import { arrivalsOf, quantiles, type Recorded, type Recording, stepsOf } from './recorded.ts'

const request = (atMs: number, over: Partial<Recorded> = {}): Recorded => ({
  atMs,
  client: `10.0.0.${Math.round(atMs) % 50}`,
  uri: '/',
  alone: false,
  ...over,
})

/** The first `kept` of each second are in the log, one every 2 ms. */
const recording = (counts: readonly number[], kept: number): Recording => ({
  stepMs: 1000,
  steps: counts.map((count, index) => ({ atMs: index * 1000, count })),
  requests: counts.flatMap((count, index) =>
    Array.from({ length: Math.min(count, kept) }, (_, one) => request(index * 1000 + one * 2)),
  ),
})

describe('recorded arrivals', () => {
  it('are replayed as they were where the log has all of them', () => {
    const whole = recording([30, 30], 100)
    expect(arrivalsOf(whole, seededRandom(1))).toEqual(whole.requests)
  })

  it('are drawn up to the true count where the log has a sample, spread over the second', () => {
    const arrivals = arrivalsOf(recording([1000, 500, 1000], 100), seededRandom(1))
    expect(arrivals).toHaveLength(2500)
    const inSecond = (from: number, to: number) => arrivals.filter(({ atMs }) => atMs >= from && atMs < to).length
    expect(inSecond(1000, 2000)).toBe(500)
    expect(inSecond(0, 500)).toBeGreaterThan(400)
    expect(inSecond(0, 500)).toBeLessThan(600)
    expect(arrivals.map(({ atMs }) => atMs)).toEqual(arrivals.map(({ atMs }) => atMs).sort((a, b) => a - b))
  })

  it('of seconds that the log has forgotten are drawn from the others', () => {
    const { requests, steps, stepMs } = recording([100, 100], 100)
    const half = { steps, stepMs, requests: requests.filter(({ atMs }) => atMs >= 1000) }
    expect(arrivalsOf(half, seededRandom(1))).toHaveLength(200)
  })

  it('never repeat what is all in the log: errors stand for themselves', () => {
    const thin = recording([1000], 100)
    const requests = thin.requests.map((one, index) => (index < 50 ? { ...one, alone: true, uri: '/broken' } : one))
    const arrivals = arrivalsOf({ ...thin, requests }, seededRandom(1))
    expect(arrivals).toHaveLength(1000)
    expect(arrivals.filter(({ uri }) => uri === '/broken')).toHaveLength(50)
    expect(stepsOf({ ...thin, requests })[0]).toMatchObject({ thin: true, standsFor: 19 })
  })
})

describe('quantiles', () => {
  it('weigh what stands for many', () => {
    const { serviceMs, holdMs } = quantiles(
      [
        { serviceMs: 500, holdMs: 9, weight: 1 },
        { serviceMs: 10, holdMs: 1, weight: 99 },
      ],
      100,
    )
    expect(serviceMs.filter((ms) => ms === 500)).toHaveLength(1)
    expect(serviceMs).toHaveLength(100)
    expect(holdMs.at(-1)).toBe(9)
  })
})

describe('a job', () => {
  const backend = (id: string) => ({
    id,
    weight: 1,
    maxConnections: 0,
    concurrency: Number.POSITIVE_INFINITY,
    serviceMs: [10],
  })
  const job = (over: Partial<SimulationJob>): SimulationJob => ({
    pool: { backends: ['a', 'b', 'c', 'd'].map(backend), strategy: { type: 'round-robin' }, seed: 1 },
    traffic: { mix: { requestsPerSecond: 500, durationMs: 10_000, clients: 400, skew: 0 } },
    whatIf: {},
    ...over,
  })

  it('tells moves only between hashes, by client and by key', () => {
    expect(runJob(job({ whatIf: { removed: ['d'] } })).moves).toBeNull()
    const hash = (on: string) => ({ type: 'hash' as const, on, method: 'maglev' as const })
    const byClient = job({ pool: { ...job({}).pool, strategy: hash('client-ip') }, whatIf: { removed: ['d'] } })
    const { moves, changed } = runJob(byClient)
    expect(moves?.keys).toBeNull()
    expect(moves?.share).toBeGreaterThan(0.15)
    expect(moves?.share).toBeLessThan(0.35)
    expect(changed.backends.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    const byUri = runJob({ ...byClient, pool: { ...byClient.pool, strategy: hash('uri') } })
    expect(byUri.moves?.keys).toMatchObject({ on: 'uri', clients: 100 })
  })

  it('counts a request as in flight until its last byte, and its latency until the first', () => {
    const held = { ...job({}).pool, backends: [{ ...backend('a'), holdMs: [1000] }] }
    const { baseline } = runJob(job({ pool: held }))
    expect(baseline.latency.p50).toBe(10)
    expect(baseline.backends[0]?.peakInFlight).toBeGreaterThan(300)
  })
})
