import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../clock.ts'
import { specs } from '../strategies/testing.ts'
import { type Arrival, requestOf, serviceTimes, synthesize } from './arrivals.ts'
import { compare, movesBetween, reportOf } from './report.ts'
import { type SimulatedBackend, type SimulationInput, simulate } from './simulate.ts'

const backend = (id: string, over: Partial<SimulatedBackend> = {}): SimulatedBackend => ({
  id,
  weight: 1,
  maxConnections: 0,
  concurrency: Number.POSITIVE_INFINITY,
  serviceMs: [10],
  ...over,
})

const every = (gapMs: number, count: number): Arrival[] =>
  Array.from({ length: count }, (_, index) => ({ atMs: index * gapMs, client: `10.0.0.${index % 100}`, uri: '/' }))

const input = (over: Partial<SimulationInput>): SimulationInput => ({
  backends: [backend('a'), backend('b')],
  strategy: { type: 'round-robin' },
  arrivals: every(5, 1000),
  seed: 1,
  ...over,
})

const anyInput = fc
  .record({
    weights: fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }),
    limit: fc.nat(4),
    concurrency: fc.constantFrom(1, 3, Number.POSITIVE_INFINITY),
    strategy: fc.constantFrom(...specs),
    rate: fc.integer({ min: 10, max: 2000 }),
    seed: fc.integer(),
    workers: fc.integer({ min: 1, max: 4 }),
    queueSize: fc.nat(30),
  })
  .map(({ weights, limit, concurrency, strategy, rate, seed, workers, queueSize }): SimulationInput => {
    const mix = { requestsPerSecond: rate, durationMs: 500, clients: 50, skew: 1 }
    return {
      backends: weights.map((weight, index) =>
        backend(`b${index}`, { weight, maxConnections: limit, concurrency, serviceMs: serviceTimes(20, 200) }),
      ),
      strategy,
      arrivals: synthesize(mix, seededRandom(seed)),
      seed,
      workers,
      queue: { size: queueSize, timeoutMs: 50 },
    }
  })

describe('any simulation', () => {
  it('answers or refuses every request once, and keeps its limits', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        const run = simulate(any)
        const report = reportOf(run)
        expect(report.backends.reduce((sum, { requests }) => sum + requests, 0) + report.refused).toBe(
          any.arrivals.length,
        )
        run.backendOf.forEach((position, index) => {
          expect(Number.isNaN(run.latencyMs[index])).toBe(position < 0)
          expect(run.queuedMs[index]).toBeLessThanOrEqual(50)
        })
        any.backends.forEach(({ maxConnections, weight }, index) => {
          if (maxConnections > 0) expect(run.peakInFlight[index]).toBeLessThanOrEqual(maxConnections)
          if (weight === 0) expect(run.peakInFlight[index]).toBe(0)
        })
        if (any.backends.some(({ weight, maxConnections }) => weight > 0 && maxConnections === 0))
          expect(report.refused).toBe(0)
      }),
      { numRuns: 150 },
    )
  })

  it('is the same again with the same seed', () => {
    fc.assert(
      fc.property(anyInput, (any) => {
        expect(simulate(any)).toEqual(simulate(any))
      }),
      { numRuns: 30 },
    )
  })

  it('gives round robin shares that follow the weights, to one cycle', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(weights, fc.integer(), (list, seed) => {
        const backends = list.map((weight, index) => backend(`b${index}`, { weight }))
        const report = reportOf(simulate(input({ backends, seed })))
        const total = list.reduce((sum, weight) => sum + weight, 0)
        report.backends.forEach(({ requests }, index) => {
          const weight = list[index] as number
          expect(Math.abs(requests - (1000 * weight) / total)).toBeLessThanOrEqual(weight)
        })
      }),
    )
  })
})

describe('the simulator', () => {
  it('agrees with queueing theory: one server, Poisson arrivals, fixed service (M/D/1)', () => {
    const mix = { requestsPerSecond: 70, durationMs: 2_000_000, clients: 10, skew: 0 }
    const arrivals = synthesize(mix, seededRandom(3))
    const run = simulate(input({ backends: [backend('a', { concurrency: 1 })], arrivals }))
    const mean = run.latencyMs.reduce((sum, ms) => sum + ms, 0) / run.latencyMs.length
    // Pollaczek-Khinchine: wait = load × service / (2 × (1 - load)) = 0.7 × 10 / 0.6 = 11.67 ms, plus 10 ms of service.
    expect(Math.abs(mean - 21.67)).toBeLessThan(1)
  })

  it('shows what a slow backend costs round robin and not least connections', () => {
    const backends = [backend('fast', { concurrency: 1 }), backend('slow', { concurrency: 1, serviceMs: [40] })]
    const { baseline, changed } = compare(input({ backends, arrivals: every(12, 5000) }), {
      strategy: { type: 'least-connections' },
    })
    expect(baseline.latency.p95).toBeGreaterThan(10_000)
    expect(changed.latency.p95).toBeLessThan(200)
  })

  it('queues when all are full, refuses beyond the queue and gives up in time', () => {
    const backends = [backend('a', { maxConnections: 1, serviceMs: [100] })]
    const arrivals = every(0, 5)
    const served = simulate(input({ backends, arrivals, queue: { size: 2, timeoutMs: 1000 } }))
    expect([...served.queuedMs]).toEqual([0, 100, 200, 0, 0])
    expect(reportOf(served)).toMatchObject({ refused: 2, queueing: { requests: 2, meanMs: 150, maxMs: 200 } })
    expect(reportOf(simulate(input({ backends, arrivals, queue: { size: 9, timeoutMs: 150 } }))).refused).toBe(3)
  })

  it('moves only the clients of a backend that goes when it hashes', () => {
    const backends = ['a', 'b', 'c', 'd'].map((id) => backend(id))
    const strategy = { type: 'hash', on: 'client-ip', method: 'rendezvous' } as const
    const { moves, baseline, changed } = compare(input({ backends, strategy }), { removed: ['c'] })
    const own = new Set(every(5, 1000).map(({ client }) => client)).size
    expect(moves.clients).toBe(own)
    expect(moves.moved).toBe(Math.round((baseline.backends[2]?.requests ?? 0) / 10))
    expect(changed.backends.map(({ id }) => id)).toEqual(['a', 'b', 'd'])
  })

  it('follows other weights and counts nobody as moved when nothing changed', () => {
    const one = input({})
    expect(movesBetween(simulate(one), simulate(one)).moved).toBe(0)
    const { changed } = compare(one, { weights: { a: 3 } })
    expect(changed.backends.map(({ requests }) => requests)).toEqual([750, 250])
    expect(changed.imbalance).toBe(1)
  })

  it('says what it cannot tell', () => {
    const { notPredicted } = reportOf(simulate(input({ arrivals: every(5, 10) })))
    expect(notPredicted.join(' ')).toMatch(/Failures.*network.*Caches.*Slowing down.*p99 is a guess.*Small effects/)
  })

  it('survives having nobody and nothing', () => {
    const report = reportOf(simulate(input({ backends: [], arrivals: every(1, 3) })))
    expect(report).toMatchObject({ requests: 3, refused: 3, imbalance: 1, latency: { p50: null } })
    expect(reportOf(simulate(input({ arrivals: [] })))).toMatchObject({ requests: 0, refused: 0 })
  })
})

describe('arrivals', () => {
  it('come at the asked rate and with the asked skew', () => {
    const arrivals = synthesize({ requestsPerSecond: 500, durationMs: 40_000, clients: 3, skew: 1 }, seededRandom(5))
    // Five standard deviations of a Poisson count of 20,000 are 707.
    expect(Math.abs(arrivals.length - 20_000)).toBeLessThan(707)
    const first = arrivals.filter(({ client }) => client === '10.0.0.0').length
    expect(Math.abs(first / arrivals.length - 6 / 11)).toBeLessThan(0.02)
    expect(arrivals.every(({ atMs }, index) => index === 0 || atMs >= (arrivals[index - 1]?.atMs ?? 0))).toBe(true)
  })

  it('have the asked median and 99th percentile', () => {
    const times = serviceTimes(20, 300, 1000)
    expect(times[500]).toBeCloseTo(20, 0)
    expect(Math.abs((times[989] as number) - 300)).toBeLessThan(15)
  })

  it('show a strategy their fields', () => {
    const request = requestOf({
      atMs: 0,
      client: '10.0.0.1',
      uri: '/a?user=7',
      headers: { 'x-id': '1' },
      cookies: { s: '2' },
    })
    expect([request.clientAddress(), request.uri(), request.query('user'), request.query('none')]).toEqual([
      '10.0.0.1',
      '/a?user=7',
      '7',
      undefined,
    ])
    expect([request.header('x-id'), request.cookie('s')]).toEqual(['1', '2'])
    expect(requestOf({ atMs: 0, client: '', uri: '/user=7' }).query('user')).toBeUndefined()
  })
})
