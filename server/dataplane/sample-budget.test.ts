import { expect, it } from 'vitest'
import { SampleBudget } from './sample-budget.ts'

it('takes no more than so many in any second, evenly spread once what was saved is gone', () => {
  const budget = new SampleBudget(200)
  const taken: number[] = []
  for (let ms = 0; ms < 10_000; ms += 0.1) if (budget.take(ms)) taken.push(ms)
  for (let from = 0; from < 9000; from += 100)
    expect(taken.filter((ms) => ms >= from && ms < from + 1000).length).toBeLessThanOrEqual(200)
  const steady = taken.filter((ms) => ms >= 1000)
  expect(steady.length).toBeGreaterThanOrEqual(1345)
  const gaps = steady.slice(1).map((ms, index) => ms - (steady[index] as number))
  expect(Math.max(...gaps)).toBeLessThan(7)
  expect(Math.min(...gaps)).toBeGreaterThan(6.4)
})

it('saves up for a burst while there is little, but not for ever', () => {
  const budget = new SampleBudget(200)
  const burst = (ms: number) => Array.from({ length: 500 }, () => budget.take(ms)).filter(Boolean).length
  expect(burst(0)).toBe(50)
  expect(burst(100)).toBe(15)
  expect(burst(3_600_000)).toBe(50)
})

it('takes one at least from time to time', () => {
  const budget = new SampleBudget(1)
  expect([budget.take(0), budget.take(500), budget.take(1100)]).toEqual([true, false, true])
})
