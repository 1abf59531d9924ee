import { describe, expect, it } from 'vitest'
import type { Sample } from '../../../shared/api/live.ts'
import { rowsOfSamples, rowsOfSeries, rowsPerBackend } from './rows.ts'

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

  it('average seconds and keep the worst percentile', () => {
    const sample = (t: number, requests: number, p95: number | null) => ({ t, requests, p95, inFlight: 1 }) as Sample
    const [first, second] = rowsOfSamples([sample(10_000, 4, 5), sample(11_000, 6, 9), sample(20_000, 1, null)], 10_000)
    expect(first).toMatchObject({ t: 10_000, requests: 5, p95: 9 })
    expect(second).toMatchObject({ t: 20_000, requests: 1, p95: null })
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
