import { describe, expect, it } from 'vitest'
import type { Recent } from '../../../shared/api/live.ts'
import { rowsOfSeries, rowsOfTicks, rowsPerBackend } from './rows.ts'

const point = (t: number, requests: number, p95: number | null = null) => [
  t,
  requests,
  0,
  requests,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  2,
  p95,
  p95,
  p95,
]

describe('rows of charts', () => {
  it('are per second, keep gaps as gaps, and leave out the step that has not ended', () => {
    const rows = rowsOfSeries(
      {
        pool: 'app',
        backend: null,
        points: [point(10_000, 50, 7), point(20_000, 100), point(50_000, 10), point(60_000, 3)],
      },
      10_000,
      65_000,
    )
    expect(rows.map((row) => [row.t, row.requests, row.p95])).toEqual([
      [10_000, 5, 7],
      [20_000, 10, null],
      [30_000, undefined, undefined],
      [50_000, 1, null],
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

  it('give each backend a column', () => {
    const answer = {
      from: 0,
      to: 1,
      step: 10_000,
      columns: [],
      series: ['a', 'b'].map((backend, index) => ({ pool: 'app', backend, points: [point(10_000, 10 * (index + 1))] })),
    }
    expect(rowsPerBackend(answer, (row) => row.requests ?? null)).toEqual({
      names: ['a', 'b'],
      rows: [{ t: 10_000, a: 1, b: 2 }],
    })
  })
})
