import { describe, expect, it } from 'vitest'
import { slowStartFactor, startsSlowly, usesSlowStart } from './slow-start.ts'
import { RoundRobin } from './strategies/round-robin.ts'
import { candidatesOf } from './strategies/testing.ts'

describe('slow start', () => {
  it.each([
    [0, 0.1],
    [3000, 0.19],
    [15_000, 0.55],
    [29_999, 0.99997],
    [30_000, 1],
    [1e9, 1],
    [-5, 0.1],
  ])('%i ms after the return the factor is %f', (since, factor) => {
    expect(slowStartFactor(since, 30_000)).toBeCloseTo(factor, 5)
  })

  it('is off at 0 ms and for a backend that did not return', () => {
    expect(slowStartFactor(0, 0)).toBe(1)
    expect(10 * slowStartFactor(15_000, 30_000)).toBeCloseTo(5.5, 9)
  })

  it('is not for hash and first', () => {
    const types = ['round-robin', 'least-connections', 'least-time', 'power-of-two', 'random', 'hash', 'first'] as const
    expect(types.filter((type) => !usesSlowStart(type))).toEqual(['hash', 'first'])
  })

  it.each([
    ['returns to a pool with traffic', { othersAvailable: 2, poolRequests: 50 }, true],
    ['is the only one', { othersAvailable: 0, poolRequests: 50 }, false],
    ['joins an idle pool', { othersAvailable: 2, poolRequests: 0 }, false],
    ['is hashed to', { strategy: 'hash', othersAvailable: 2, poolRequests: 50 }, false],
    ['has none configured', { slowStartMs: 0, othersAvailable: 2, poolRequests: 50 }, false],
  ] as const)('for one that %s', (_, over, slowly) => {
    expect(startsSlowly({ strategy: 'round-robin', slowStartMs: 30_000, ...over })).toBe(slowly)
  })

  it('gives a returning backend the area under its line', () => {
    const members = candidatesOf([1, 1])
    const strategy = new RoundRobin({ random: () => 0 })
    let received = 0
    for (let second = 0; second < 30; second++) {
      const weighted = members.map((member, index) =>
        index === 1 ? { ...member, weight: slowStartFactor(second * 1000, 30_000) } : member,
      )
      strategy.prepare(weighted)
      for (let request = 0; request < 100; request++) received += strategy.pick(weighted)
    }
    let expected = 0
    for (let second = 0; second < 30; second++) {
      const factor = slowStartFactor(second * 1000, 30_000)
      expected += (100 * factor) / (1 + factor)
    }
    expect(Math.abs(received - expected)).toBeLessThan(3)
  })
})
