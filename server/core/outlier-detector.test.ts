import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findWorst, percent, zOf } from './outlier-comparison.ts'
import { OutlierDetector, type OutlierFinding, type OutlierRules, type OutlierSample } from './outlier-detector.ts'

const RULES: OutlierRules = { consecutive: 5, baseEjectionMs: 30_000, maxEjectionMs: 300_000 }

/** A pool whose backends get so many requests a second, of which a share fails; time is a number. */
class Pool {
  readonly detector = new OutlierDetector(RULES)
  readonly counters = new Map<string, { requests: number; failures: number; inARow: number; available: boolean }>()
  now = 0

  constructor(...ids: string[]) {
    for (const id of ids) this.counters.set(id, { requests: 0, failures: 0, inARow: 0, available: true })
  }

  of(id: string) {
    return this.counters.get(id) as { requests: number; failures: number; inARow: number; available: boolean }
  }

  /** Ejected backends get nothing. The failures come first in each second, so no row is left at its end. */
  seconds(count: number, traffic: Record<string, [requests: number, failures: number]>): OutlierFinding[] {
    const findings: OutlierFinding[] = []
    for (let second = 0; second < count; second++) {
      for (const [id, [requests, failures]] of Object.entries(traffic)) {
        if (this.detector.isEjected(id)) continue
        const counter = this.of(id)
        counter.requests += requests
        counter.failures += failures
        counter.inARow = failures === requests ? counter.inARow + failures : 0
      }
      this.now += 1000
      findings.push(...this.detector.sample(this.now, this.samples()))
    }
    return findings
  }

  samples(): OutlierSample[] {
    return [...this.counters].map(([id, { requests, failures, inARow, available }]) => ({
      id,
      available,
      requests,
      failures5xx: failures,
      gatewayFailures: 0,
      consecutiveFailures: inARow,
    }))
  }
}

const brief = (findings: OutlierFinding[]) => findings.map(({ kind, id }) => `${kind} ${id}`)

describe('failures in a row', () => {
  it.each([
    [4, []],
    [5, ['eject a']],
    [50, ['eject a']],
  ])('%i of them', (count, expected) => {
    const pool = new Pool('a', 'b', 'c')
    expect(brief(pool.seconds(1, { a: [count, count], b: [10, 0], c: [10, 0] }))).toEqual(expected)
  })

  it('never eject the only backend, nor the last available one', () => {
    expect(new Pool('a').seconds(60, { a: [10, 10] })).toEqual([])
    const pool = new Pool('a', 'b')
    pool.of('b').available = false
    expect(pool.seconds(20, { a: [10, 10] })).toEqual([])
  })

  it('eject half of the pool at most, the worst first', () => {
    const pool = new Pool('a', 'b', 'c', 'd')
    const found = pool.seconds(5, { a: [5, 5], b: [7, 7], c: [9, 9], d: [6, 6] })
    expect(brief(found)).toEqual(['eject c', 'eject b'])
  })

  it.each([
    [2, 1],
    [3, 1],
    [5, 2],
    [10, 5],
  ])('in a pool of %i eject at most %i', (size, most) => {
    const ids = Array.from({ length: size }, (_, index) => `b${index}`)
    const found = new Pool(...ids).seconds(5, Object.fromEntries(ids.map((id) => [id, [10, 10]])))
    expect(found).toHaveLength(most)
  })

  it('before a return are settled: only new ones eject again', () => {
    const pool = new Pool('a', 'b', 'c')
    pool.seconds(1, { a: [5, 5] })
    expect(brief(pool.seconds(30, {}))).toEqual(['return a'])
    expect(pool.seconds(5, { b: [10, 0], c: [10, 0] })).toEqual([])
    expect(pool.seconds(1, { a: [4, 4] })).toEqual([])
    expect(brief(pool.seconds(1, { a: [1, 1] }))).toEqual(['eject a'])
  })
})

describe('compared with the rest of the pool', () => {
  it.each([
    ['two backends, one at 40 %', { a: [10, 4], b: [10, 0] }, ['eject a']],
    ['two backends, both at 40 %', { a: [10, 4], b: [10, 4] }, []],
    ['significant but below 20 points', { a: [1000, 150], b: [1000, 0] }, []],
    ['20 points above', { a: [100, 25], b: [100, 5] }, ['eject a']],
    ['too few requests', { a: [1, 0.9], b: [1, 0] }, []],
    ['a peer with too few requests is no measure', { a: [10, 4], b: [1, 0] }, []],
    [
      'two bad ones of five, one after the other',
      { a: [20, 9], b: [20, 8], c: [20, 0], d: [20, 0], e: [20, 0] },
      ['eject a', 'eject b'],
    ],
    ['everybody fails: a shared cause', { a: [20, 18], b: [20, 18], c: [20, 18] }, []],
  ] as [string, Record<string, [number, number]>, string[]][])('%s', (_, traffic, expected) => {
    expect(brief(new Pool(...Object.keys(traffic)).seconds(12, traffic))).toEqual(expected)
  })

  it('says so in numbers', () => {
    const worst = findWorst([
      { id: 'app-1', requests: 500, failures: 1 },
      { id: 'app-2', requests: 412, failures: 128 },
    ])
    expect(worst).toEqual({ id: 'app-2', reason: '31 % errors against 0.2 % elsewhere, 412 requests' })
  })

  it.each([
    // Worked by hand: pooled 0.15, standard error 0.0505, difference 0.1.
    [{ requests: 100, failures: 20 }, { requests: 100, failures: 10 }, 1.9803],
    [{ requests: 20, failures: 4 }, { requests: 400, failures: 0 }, 8.9872],
    [{ requests: 50, failures: 0 }, { requests: 50, failures: 0 }, 0],
    [{ requests: 50, failures: 50 }, { requests: 50, failures: 50 }, 0],
    [{ requests: 0, failures: 0 }, { requests: 50, failures: 50 }, 0],
  ])('z of %j against %j is %f', (one, rest, z) => {
    expect(zOf(one, rest)).toBeCloseTo(z, 3)
  })

  it.each([
    [0, '0 %'],
    [0.002, '0.2 %'],
    [0.05, '5 %'],
    [0.305, '31 %'],
    [1, '100 %'],
  ])('writes %f as %s', (share, text) => expect(percent(share)).toBe(text))
})

describe('an ejection', () => {
  it('lasts 30 s, then twice, three times as long, at most 300 s', () => {
    const pool = new Pool('a', 'b')
    const lasted: number[] = []
    for (let round = 0; round < 12; round++) {
      const [ejected] = pool.seconds(1, { a: [5, 5], b: [9, 0] })
      expect(ejected?.kind).toBe('eject')
      const start = pool.now
      while (brief(pool.seconds(1, { b: [9, 0] }))[0] !== 'return a') expect(pool.now - start).toBeLessThan(301_000)
      lasted.push((pool.now - start) / 1000)
    }
    expect(lasted).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300])
  })

  it('counts for less with every healthy window', () => {
    const pool = new Pool('a', 'b')
    for (let round = 0; round < 3; round++) {
      pool.seconds(1, { a: [5, 5], b: [9, 0] })
      pool.seconds(30 * (round + 1), { b: [9, 0] })
    }
    pool.seconds(20, { a: [9, 0], b: [9, 0] })
    const [again] = pool.seconds(1, { a: [5, 5], b: [9, 0] })
    expect(again).toMatchObject({ kind: 'eject', times: 2 })
  })

  it('ends early when nobody else is available', () => {
    const pool = new Pool('a', 'b')
    pool.seconds(1, { a: [5, 5], b: [9, 0] })
    pool.of('b').available = false
    expect(pool.seconds(1, {})).toEqual([{ kind: 'return', id: 'a', reason: 'nobody else is available' }])
  })

  it('is forgotten with its backend', () => {
    const pool = new Pool('a', 'b')
    pool.seconds(1, { a: [5, 5], b: [9, 0] })
    pool.detector.forget('a')
    expect(pool.detector.isEjected('a')).toBe(false)
  })

  it('survives counters that start anew', () => {
    const pool = new Pool('a', 'b')
    pool.seconds(12, { a: [30, 1], b: [30, 1] })
    Object.assign(pool.of('a'), { requests: 3, failures: 0 })
    expect(pool.seconds(3, { a: [30, 1], b: [30, 1] })).toEqual([])
  })
})

it('never ejects the last one or more than half, whatever happens', () => {
  const second = fc.array(fc.tuple(fc.nat(40), fc.nat(40), fc.boolean()), { minLength: 6, maxLength: 6 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(second, { minLength: 5, maxLength: 60 }), (size, seconds) => {
      const ids = Array.from({ length: size }, (_, index) => `b${index}`)
      const pool = new Pool(...ids)
      for (const rows of seconds) {
        const traffic: Record<string, [number, number]> = {}
        ids.forEach((id, index) => {
          const [requests, failures, available] = rows[index] as [number, number, boolean]
          traffic[id] = [requests, Math.min(requests, failures)]
          pool.of(id).available = available
        })
        pool.seconds(1, traffic)
        const ejected = ids.filter((id) => pool.detector.isEjected(id))
        expect(ejected.length).toBeLessThanOrEqual(Math.max(1, Math.floor(size / 2)))
        const usable = ids.filter((id) => pool.of(id).available)
        if (usable.length > 0) expect(usable.some((id) => !pool.detector.isEjected(id))).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})
