/** Strategies on fixed inputs against the formulas their sources publish. */
import { describe, expect, it } from 'vitest'
import { First } from './first.ts'
import { LeastConnections } from './least-connections.ts'
import { LeastTime } from './least-time.ts'
import { PowerOfTwo } from './power-of-two.ts'
import type { Candidate } from './strategy.ts'
import { candidatesOf, fakeContext } from './testing.ts'

function withLoad(counts: number[], weights: number[], limit = 0) {
  const context = fakeContext()
  const members = candidatesOf(weights, limit)
  members.forEach(({ slot }, index) => {
    context.numbers.counts[slot] = counts[index] as number
  })
  return { context, members }
}

describe('least connections', () => {
  // nginx's rule: conns / weight.
  it.each([
    { counts: [3, 1, 2], weights: [1, 1, 1], picked: 1 },
    { counts: [5, 1], weights: [4, 1], picked: 1 }, // 1.25 against 1
    { counts: [9, 1], weights: [10, 1], picked: 0 }, // 0.9 against 1
    { counts: [1, 0], weights: [256, 1], picked: 1 }, // whoever is idle comes first
    { counts: [8, 3], weights: [2, 1], picked: 1 }, // 4 against 3
    { counts: [5, 3], weights: [2, 1], picked: 0 }, // 2.5 against 3
    { counts: [1, 1], weights: [0.1, 1], picked: 1 }, // 10 against 1: slow start
  ])('$counts in flight at weights $weights: number $picked', ({ counts, weights, picked }) => {
    const { context, members } = withLoad(counts, weights)
    const strategy = new LeastConnections(context)
    strategy.prepare(members)
    expect(strategy.pick(members)).toBe(picked)
    expect(strategy.score(members[0] as Candidate)).toBe((counts[0] as number) / (weights[0] as number))
  })

  it('rotates over an idle pool', () => {
    const { context, members } = withLoad([0, 0, 0], [1, 1, 1])
    const strategy = new LeastConnections({ ...context, random: () => 0 })
    strategy.prepare(members)
    expect(Array.from({ length: 6 }, () => strategy.pick(members))).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('follows the weights of an idle pool in smooth round robin: the heaviest does not take all', () => {
    const { context, members } = withLoad([0, 0, 0], [5, 1, 1])
    const strategy = new LeastConnections({ ...context, random: () => 0 })
    strategy.prepare(members)
    expect(Array.from({ length: 7 }, () => strategy.pick(members))).toEqual([0, 0, 1, 0, 2, 0, 0])
  })

  it('breaks ties of busy backends the same way, among those that are tied only', () => {
    const { context, members } = withLoad([6, 9, 2, 4], [3, 3, 1, 2])
    const strategy = new LeastConnections({ ...context, random: () => 0 })
    strategy.prepare(members)
    const picks = Array.from({ length: 6 }, () => strategy.pick(members))
    expect([0, 1, 2, 3].map((index) => picks.filter((picked) => picked === index).length)).toEqual([3, 0, 1, 2])
  })

  it('one request at a time over weights 3, 1, 1, 1: everybody gets its share', () => {
    const { context, members } = withLoad([0, 0, 0, 0], [3, 1, 1, 1])
    const strategy = new LeastConnections(context)
    strategy.prepare(members)
    const got = [0, 0, 0, 0]
    for (let request = 0; request < 105; request++) {
      const picked = strategy.pick(members)
      got[picked] = (got[picked] as number) + 1
    }
    for (const [index, share] of [52.5, 17.5, 17.5, 17.5].entries())
      expect(Math.abs((got[index] as number) - share)).toBeLessThan(2)
  })
})

describe('power of two', () => {
  it('of two always takes the one with fewer in flight per unit of weight', () => {
    const { context, members } = withLoad([6, 4], [2, 1])
    const strategy = new PowerOfTwo(context)
    for (let index = 0; index < 100; index++) expect(strategy.pick(members)).toBe(0)
  })

  it('never takes the fullest, because two distinct ones are drawn', () => {
    const { context, members } = withLoad([1, 9, 1, 1], [1, 1, 1, 1])
    const strategy = new PowerOfTwo(context)
    for (let index = 0; index < 1000; index++) expect(strategy.pick(members)).not.toBe(1)
  })

  it('follows the weights of an idle pool, as the first draw does (Envoy: random by weight)', () => {
    const { context, members } = withLoad([0, 0], [3, 1])
    const strategy = new PowerOfTwo(context)
    let heavy = 0
    for (let index = 0; index < 10_000; index++) if (strategy.pick(members) === 0) heavy += 1
    // Five standard deviations of a share of 3/4 in 10,000 are 217.
    expect(Math.abs(heavy - 7500)).toBeLessThan(217)
  })
})

describe('first', () => {
  it('fills in order up to the limit, then nobody', () => {
    const { context, members } = withLoad([0, 0, 0], [1, 1, 1], 2)
    const strategy = new First(context)
    const picks = Array.from({ length: 7 }, () => {
      const picked = strategy.pick(members)
      const slot = members[picked]?.slot
      if (slot !== undefined) context.numbers.counts[slot] = context.numbers.inFlight(slot) + 1
      return picked
    })
    expect(picks).toEqual([0, 0, 1, 1, 2, 2, -1])
  })
})

describe('least time', () => {
  function made(weights: number[]) {
    const { context, members } = withLoad(
      weights.map(() => 0),
      weights,
    )
    const strategy = new LeastTime({ ...context, random: () => 0 })
    strategy.prepare(members)
    const [a, b, c] = members as [Candidate, Candidate, Candidate]
    return { context, members, strategy, a, b, c }
  }

  it('rises at once and falls by half every 10 s', () => {
    const { context, strategy, a } = made([1, 1, 1])
    strategy.observe(a.slot, 10)
    strategy.observe(a.slot, 500)
    expect(strategy.score(a)).toBe(500)
    context.clock.time += 10_000
    strategy.observe(a.slot, 100)
    expect(strategy.score(a)).toBeCloseTo(300, 9)
    context.clock.time += 20_000
    strategy.observe(a.slot, 100)
    expect(strategy.score(a)).toBeCloseTo(150, 9)
  })

  it('is time × (in flight + 1) / weight', () => {
    const { context, strategy, members, a, b } = made([4, 1, 1])
    for (const { slot } of members) strategy.observe(slot, 20)
    context.numbers.counts[a.slot] = 3
    expect(strategy.score(a)).toBe(20)
    expect(strategy.score(b)).toBe(20)
    context.numbers.counts[a.slot] = 4
    expect(strategy.score(a)).toBe(25)
  })

  it('takes a newcomer to be as fast as the lower median', () => {
    const { context, strategy, members, a, b, c } = made([1, 1, 1])
    strategy.observe(a.slot, 10)
    strategy.observe(b.slot, 90)
    strategy.prepare(members)
    expect(strategy.score(c)).toBe(10)
    context.clock.time += 10_000
    strategy.observe(a.slot, 10)
    expect(strategy.score(c)).toBeCloseTo(5, 9)
  })

  it('gives one that was slow another chance once its bad mark has faded, and not before', () => {
    const { context, strategy, members, a, b, c } = made([1, 1, 1])
    strategy.observe(a.slot, 10)
    strategy.observe(b.slot, 10)
    strategy.observe(c.slot, 1000)
    let chanceAt = 0
    for (let second = 1; second <= 120 && chanceAt === 0; second++) {
      context.clock.time += 1000
      const picked = members[strategy.pick(members)] as Candidate
      if (picked === c) chanceAt = second
      else for (const { slot } of [a, b]) strategy.observe(slot, 10)
    }
    // 1000 ms has become 10 ms after log2(100) = 6.64 half-lives; the pick after that sees it.
    expect(chanceAt).toBe(68)
  })

  it('rotates while nobody was sampled', () => {
    const { strategy, members } = made([1, 1, 1])
    expect(Array.from({ length: 6 }, () => strategy.pick(members))).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('starts afresh when a slot was given to another backend', () => {
    const { strategy, members, a, b } = made([1, 1])
    strategy.observe(a.slot, 9000)
    strategy.observe(b.slot, 10)
    strategy.prepare([{ ...a, id: 'newcomer' }, b])
    expect(strategy.score(a)).toBe(10)
    expect(members).toHaveLength(2)
  })

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('ignores %s', (ms) => {
    const { strategy, a } = made([1, 1])
    strategy.observe(a.slot, ms)
    expect(strategy.score(a)).toBe(1)
  })
})
