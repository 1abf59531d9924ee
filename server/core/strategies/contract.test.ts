/** What every strategy must do, run against every entry of the registry. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { strategyTypes } from '../../../shared/config/strategy.ts'
import { createStrategy, strategies } from './registry.ts'
import type { Candidate, Strategy, StrategySpec } from './strategy.ts'
import { candidatesOf, type FakeContext, fakeContext, nameOf, requestOf, specs } from './testing.ts'

/** Requests held at once in a run, so that strategies which look at the load have some to look at. */
const HELD = 140

/** Picks `rounds` times with `atOnce` requests in flight, each answered in the order it came; counts per position. */
function run(
  strategy: Strategy,
  candidates: readonly Candidate[],
  context: FakeContext,
  rounds: number,
  atOnce = HELD,
): number[] {
  const shares = candidates.map(() => 0)
  const held: number[] = []
  for (let index = 0; index < rounds; index++) {
    context.clock.time += 1
    const picked = strategy.pick(candidates, requestOf(`client-${index}`))
    expect(picked).toBeGreaterThanOrEqual(0)
    expect(picked).toBeLessThan(candidates.length)
    const { slot } = candidates[picked] as Candidate
    shares[picked] = (shares[picked] as number) + 1
    context.numbers.counts[slot] = context.numbers.inFlight(slot) + 1
    strategy.observe?.(slot, 10)
    held.push(slot)
    if (held.length <= atOnce) continue
    const done = held.shift() as number
    context.numbers.counts[done] = context.numbers.inFlight(done) - 1
  }
  return shares
}

/**
 * Five standard deviations of a binomial share: what chance (random draws, the hash of a key) may add in one run of 500,000. A share
 * that follows the load exactly is off by less than the requests held.
 */
const tolerance = (rounds: number, share: number) => Math.max(5 * Math.sqrt(rounds * share * (1 - share)), HELD)

function make(spec: StrategySpec, weights: readonly number[], seed = 1) {
  const context = fakeContext(seed)
  const strategy = createStrategy(spec, context)
  const members = candidatesOf(weights)
  strategy.prepare(members)
  return { context, strategy, members }
}

const named = (some: readonly StrategySpec[]) => some.map((spec) => ({ spec, name: nameOf(spec) }))
/** `first` fills in order, whatever the weights and whoever joins; all the others spread. */
const spreading = specs.filter(({ type }) => type !== 'first')
/** Weights are shares of the traffic; least time takes them for speed, so that with little load the quickest takes all of it. */
const sharing = spreading.filter(({ type }) => type !== 'least-time')
/** Strategies that do not look at the load, which a newcomer has none of. */
const blind = spreading.filter(({ type }) => type === 'round-robin' || type === 'random' || type === 'hash')

it('has an implementation for every name in the schema and no other', () => {
  expect(Object.keys(strategies).sort()).toEqual([...strategyTypes].sort())
  expect(new Set(specs.map((spec) => spec.type))).toEqual(new Set(strategyTypes))
})

describe.each(named(specs))('$name', ({ spec }) => {
  const made = (weights: readonly number[], seed?: number) => make(spec, weights, seed)

  it('picks nobody of nobody and the only one of one', () => {
    const { strategy, members } = made([3])
    for (let index = 0; index < 20; index++) {
      expect(strategy.pick([], requestOf('a'))).toBe(-1)
      expect(strategy.pick(members, requestOf(`client-${index}`))).toBe(0)
    }
    strategy.prepare([])
    expect(strategy.pick([], requestOf('a'))).toBe(-1)
  })

  it('picks one of the list it is given, also of a part of what was prepared', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(weights, fc.infiniteStream(fc.nat(7)), fc.integer(), (list, dice, seed) => {
        const { strategy, members, context } = made(list, seed)
        for (let index = 0; index < 30; index++) {
          const part = members.filter(() => dice.next().value !== 0)
          const picked = strategy.pick(part, requestOf(`client-${index}`))
          if (part.length === 0) expect(picked).toBe(-1)
          else expect(part[picked]).toBeDefined()
          if (picked >= 0) {
            const { slot } = part[picked] as Candidate
            context.numbers.counts[slot] = Math.min(3, context.numbers.inFlight(slot) + 1)
            strategy.observe?.(slot, dice.next().value)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('goes on as before when the same backends are prepared again', () => {
    const one = made([4, 2, 1])
    const other = made([4, 2, 1])
    for (let index = 0; index < 500; index++) {
      if (index % 7 === 0) other.strategy.prepare(other.members.map((member) => ({ ...member })))
      const request = requestOf(`client-${index % 50}`)
      const picks = [one, other].map(({ strategy, members, context }) => {
        const picked = strategy.pick(members, request)
        const { slot } = members[picked] as Candidate
        strategy.observe?.(slot, 5 + (index % 9))
        context.numbers.counts[slot] = (context.numbers.inFlight(slot) + 1) % 5
        return picked
      })
      expect(picks[1]).toBe(picks[0])
    }
  })

  it('is the same again with the same seed', () => {
    const shares = [1, 2].map(() => {
      const { strategy, members, context } = made([3, 2, 1], 42)
      return run(strategy, members, context, 500)
    })
    expect(shares[1]).toEqual(shares[0])
  })

  it('makes no garbage but the numbers the engine may box', () => {
    const { strategy, members } = made([1, 2, 3, 4])
    const request = requestOf('192.0.2.7')
    for (let index = 0; index < 50_000; index++) strategy.pick(members, request)
    const before = process.memoryUsage().heapUsed
    for (let index = 0; index < 200_000; index++) strategy.pick(members, request)
    // Three boxed doubles of 16 bytes per pick; a filtered list of four would be 80. The collector can only lower the figure.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200_000 * 48)
  })
})

describe.each(named(spreading))('$name', ({ spec }) => {
  const made = (weights: readonly number[]) => make(spec, weights)

  it('spreads over equal backends', () => {
    const { strategy, members, context } = made([1, 1, 1, 1, 1])
    for (const share of run(strategy, members, context, 20_000)) {
      expect(Math.abs(share - 4000)).toBeLessThanOrEqual(tolerance(20_000, 1 / 5))
    }
  })

  it('follows weights', () => {
    const { strategy, members, context } = made([5, 1, 1])
    const shares = run(strategy, members, context, 14_000)
    expect(Math.abs((shares[0] as number) - 10_000)).toBeLessThanOrEqual(tolerance(14_000, 5 / 7))
    expect(Math.abs((shares[1] as number) - 2000)).toBeLessThanOrEqual(tolerance(14_000, 1 / 7))
  })

  it('uses a backend that joins and forgets one that left', () => {
    const { strategy, members, context } = made([1, 1, 1, 1])
    const few = members.slice(0, 3)
    strategy.prepare(few)
    run(strategy, few, context, 1000)
    context.numbers.counts.fill(0)
    strategy.prepare(members)
    const joined = run(strategy, members, context, 4000)
    expect(joined[3]).toBeGreaterThan(700)
    context.numbers.counts.fill(0)
    const others = members.slice(1)
    strategy.prepare(others)
    expect(Math.max(...run(strategy, others, context, 3000))).toBeLessThan(1300)
  })
})

describe.each(named(sharing))('$name', ({ spec }) => {
  it('follows weights also one request at a time, when everybody is idle', () => {
    const { strategy, members, context } = make(spec, [3, 1, 1, 1])
    const shares = run(strategy, members, context, 6000, 0)
    expect(Math.abs((shares[0] as number) - 3000)).toBeLessThan(tolerance(6000, 1 / 2))
    for (const share of shares.slice(1)) expect(Math.abs(share - 1000)).toBeLessThan(tolerance(6000, 1 / 6))
  })

  it('leaves nobody without traffic while two requests are in flight', () => {
    const { strategy, members, context } = make(spec, [3, 1, 1, 1])
    for (const share of run(strategy, members, context, 6000, 2)) expect(share).toBeGreaterThan(600)
  })
})

describe.each(named(blind))('$name', ({ spec }) => {
  it('gives a backend that joins no burst: never more than twice its share of the first hundred', () => {
    const { strategy, members, context } = make(spec, [1, 1, 1, 1])
    const few = members.slice(0, 3)
    strategy.prepare(few)
    run(strategy, few, context, 1000)
    context.numbers.counts.fill(0)
    strategy.prepare(members)
    expect(run(strategy, members, context, 100)[3]).toBeLessThanOrEqual(50)
  })
})
