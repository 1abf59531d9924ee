import { describe, expect, it } from 'vitest'
import type { Recent } from '../../../shared/api/live.ts'
import { seriesColumns } from '../../../shared/api/series-columns.ts'
import type { Row } from './chart-frame.tsx'
import { largest, lonely, OTHERS, rowsOfSeries, rowsOfTicks, rowsPerBackend, timesOf } from './rows.ts'

const point = (t: number, requests: number, p95: number | null = null, seconds = 10) =>
  seriesColumns.map((name) => {
    if (name === 't') return t
    if (name === 'requests') return requests
    if (name === 'seconds') return seconds
    if (name.startsWith('p')) return p95
    return name === 'inFlight' ? 2 : 0
  })

describe('rows of charts', () => {
  it('are per second that was counted, and keep gaps as gaps', () => {
    const points = [point(10_000, 35, 7, 7), point(20_000, 50), point(50_000, 10, null, 2), point(60_000, 50)]
    const rows = rowsOfSeries({ pool: 'app', backend: null, points }, 10_000)
    expect(rows.map((row) => [row.t, row.requests, row.p95, row.inFlight])).toEqual([
      [10_000, 5, 7, 2],
      [20_000, 5, null, 2],
      [30_000, undefined, undefined, undefined],
      [50_000, 5, null, 2],
      [60_000, 5, null, 2],
    ])
  })

  it('take a step from the tick that ends it, with the percentiles of the whole step', () => {
    const tick = (t: number, requests: number, seconds = 10) => ({
      t,
      recent: { t: t + 1000 - seconds * 1000, requests, seconds, p95: 7, inFlight: 3 } as Recent,
    })
    const ticks = [tick(18_000, 30), tick(19_000, 40), tick(20_000, 44), tick(29_000, 9, 9), tick(39_000, 50)]
    expect(rowsOfTicks(ticks, 10_000).map((row) => [row.t, row.requests, row.p95, row.inFlight])).toEqual([
      [10_000, 4, 7, 3],
      [30_000, 5, 7, 3],
    ])
    expect(rowsOfTicks(ticks, 20_000)).toEqual([])
  })

  it('give each backend a column, and one to the mean of those that are not shown', () => {
    const series = ['a', 'b', 'c'].map((backend, index) => ({
      pool: 'app',
      backend,
      points: [point(10_000, 10 * (index + 1)), point(40_000, 10)],
    }))
    const answer = { from: 0, to: 1, step: 10_000, columns: [], series }
    const requests = (row: Row) => row.requests ?? null
    expect(rowsPerBackend(answer, ['a', 'b', 'c'], requests)).toEqual([
      { t: 10_000, a: 1, b: 2, c: 3 },
      { t: 20_000, a: null, b: null, c: null },
      { t: 40_000, a: 1, b: 1, c: 1 },
    ])
    expect(rowsPerBackend(answer, ['b'], requests)).toEqual([
      { t: 10_000, b: 2, [OTHERS]: 2 },
      { t: 20_000, b: null, [OTHERS]: null },
      { t: 40_000, b: 1, [OTHERS]: 1 },
    ])
  })

  it('know their largest value, stacked or not, and which of them stand alone', () => {
    const rows: Row[] = [
      { t: 1, a: 1, b: 5 },
      { t: 2 },
      { t: 3, a: 4, b: null },
      { t: 4, a: 3, b: 2 },
      { t: 5, a: 0, b: null },
    ]
    const columns = [
      { key: 'a', label: 'a' },
      { key: 'b', label: 'b' },
    ]
    expect(largest(rows, columns, true)).toBe(6)
    expect(largest(rows, columns, false)).toBe(5)
    expect(largest([], columns, true)).toBe(0)
    expect([...lonely(rows, 'a')]).toEqual([0])
    expect([...lonely(rows, 'b')]).toEqual([0, 3])
    expect(timesOf([{ t: 1, requests: 0 }, { t: 2 }])).toEqual([1])
  })
})
