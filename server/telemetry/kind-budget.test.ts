import { describe, expect, it } from 'vitest'
import { KindBudget } from './kind-budget.ts'

const HOUR = 3_600_000

/** How many of `perSecond` a second are stored over `ms`, from `from` on. */
function stored(budget: KindBudget, kind: string, perSecond: number, ms: number, from = 0): number {
  let taken = 0
  for (let index = 0; index < (perSecond * ms) / 1000; index++)
    if (budget.take(kind, from + (index * 1000) / perSecond)) taken += 1
  return taken
}

describe('which errors are worth storing', () => {
  it('all of them while they are few', () => {
    expect(stored(new KindBudget(0), '502', 1, HOUR)).toBe(3600)
  })

  it('of a storm its first hundred, and then one a second', () => {
    const taken = stored(new KindBudget(0), '502', 200, HOUR)
    expect(taken).toBeGreaterThanOrEqual(3690)
    expect(taken).toBeLessThanOrEqual(3700)
  })

  it('a storm of one kind takes nothing from another', () => {
    const budget = new KindBudget(0)
    let rare = 0
    for (let second = 0; second < 600; second++) {
      stored(budget, 'storm', 200, 1000, second * 1000)
      if (second % 10 === 0 && budget.take('rare', second * 1000)) rare += 1
    }
    expect(rare).toBe(60)
  })

  it('storms of many kinds are bounded together', () => {
    const budget = new KindBudget(0)
    let taken = 0
    for (let second = 0; second < 60; second++)
      for (let kind = 0; kind < 3000; kind++) if (budget.take(`kind ${kind}`, second * 1000)) taken += 1
    expect(taken).toBeLessThanOrEqual(1000 + 59 * 50)
    expect(taken).toBeGreaterThan(3000)
  })

  it('a clock that is set back stops nothing and gives nothing away', () => {
    const budget = new KindBudget(HOUR)
    expect(stored(budget, '502', 1000, 200, HOUR)).toBe(100)
    expect(stored(budget, '502', 1000, 10, 0)).toBe(0)
    expect(stored(budget, '502', 1, 5000, 1000)).toBeGreaterThanOrEqual(4)
  })
})
