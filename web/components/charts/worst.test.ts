import { expect, test } from 'vitest'
import type { SeriesAnswer } from '../../../shared/api/series.ts'
import { seriesColumns } from '../../../shared/api/series-columns.ts'
import { worstBackends } from './worst.ts'

/** Requests and errors by backend. */
function answer(backends: Record<string, [requests: number, errors: number]>): SeriesAnswer {
  const point = (requests: number, errors: number) =>
    seriesColumns.map((name) => (name === 'requests' ? requests : name === 's5xx' || name === 'ours' ? errors / 2 : 0))
  const series = Object.entries(backends).map(([backend, [requests, errors]]) => ({
    pool: 'app',
    backend,
    points: [point(requests, errors), point(0, 0)],
  }))
  const whole = { pool: 'app', backend: null, points: [point(9999, 9999)] }
  return { from: 0, to: 1, step: 10_000, columns: seriesColumns, series: [whole, ...series] }
}

test('few are all shown, by name', () => {
  expect(worstBackends(answer({ b: [1, 0], a: [2, 0] }), 8)).toEqual(['a', 'b'])
  expect(worstBackends(undefined, 8)).toEqual([])
})

test('of many, those with errors come first, then those with traffic', () => {
  const backends = answer({ a: [50, 0], b: [60, 0], c: [1, 9], d: [70, 1] })
  expect(worstBackends(backends, 3)).toEqual(['b', 'c', 'd'])
  expect(worstBackends(backends, 1)).toEqual(['c'])
})

test('who is shown stays in place while nobody is worse', () => {
  const before = worstBackends(answer({ a: [50, 0], b: [60, 0], c: [10, 0] }), 2)
  expect(before).toEqual(['a', 'b'])
  expect(worstBackends(answer({ a: [50, 0], b: [60, 0], c: [99, 0] }), 2, before)).toEqual(['a', 'b'])
  expect(worstBackends(answer({ a: [50, 0], b: [60, 0], c: [10, 1] }), 2, before)).toEqual(['c', 'b'])
  expect(worstBackends(answer({ b: [60, 0], d: [10, 1] }), 2, ['a', 'b'])).toEqual(['d', 'b'])
})
