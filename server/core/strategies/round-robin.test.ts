import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../clock.ts'
import { RoundRobin } from './round-robin.ts'
import type { Candidate } from './strategy.ts'
import { candidatesOf } from './testing.ts'

const atTheStart = { random: () => 0 }

function sequence(weights: number[], turns: number): string {
  const members = candidatesOf(weights)
  const strategy = new RoundRobin(atTheStart)
  strategy.prepare(members)
  return Array.from({ length: turns }, () => 'abcdefgh'[strategy.pick(members)]).join(' ')
}

describe('smooth round robin', () => {
  it.each([
    // The first is the one nginx published with the algorithm (May 2012).
    [[5, 1, 1], 'a a b a c a a'],
    [[5, 1, 1, 0.0001], 'a a b a c a a'],
    [[1, 1, 1], 'a b c a b c'],
    [[2, 1], 'a b a a b a'],
    [[3, 2], 'a b a b a a b a b a'],
  ])('with weights %j goes %s', (weights, expected) => {
    expect(sequence(weights, expected.split(' ').length)).toBe(expected)
  })

  it('gives every backend exactly its weight in every cycle, from any phase', () => {
    const list = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(list, fc.integer(), (weights, seed) => {
        const members = candidatesOf(weights)
        const strategy = new RoundRobin({ random: seededRandom(seed) })
        strategy.prepare(members)
        const counts = weights.map(() => 0)
        const cycle = weights.reduce((sum, weight) => sum + weight, 0)
        for (let turn = 0; turn < cycle; turn++) {
          const picked = strategy.pick(members)
          counts[picked] = (counts[picked] as number) + 1
        }
        expect(counts).toEqual(weights)
      }),
    )
  })

  it('starts at a random turn, so that one request each from many workers spreads', () => {
    const random = seededRandom(7)
    const members = candidatesOf([5, 1, 1])
    const firsts = [0, 0, 0]
    for (let worker = 0; worker < 7000; worker++) {
      const strategy = new RoundRobin({ random })
      strategy.prepare(members)
      const picked = strategy.pick(members)
      firsts[picked] = (firsts[picked] as number) + 1
    }
    // Five standard deviations of a share of 1/7 in 7,000 are 146, of 5/7 are 189.
    expect(Math.abs((firsts[0] as number) - 5000)).toBeLessThan(190)
    expect(Math.abs((firsts[1] as number) - 1000)).toBeLessThan(150)
  })

  it('never bursts, however often backends come and go', () => {
    const events = fc.array(fc.tuple(fc.nat(63), fc.nat(20)), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(events, fc.integer(), (list, seed) => {
        const all = candidatesOf([1, 1, 1, 1, 1, 1])
        const strategy = new RoundRobin({ random: seededRandom(seed) })
        for (const [mask, turns] of list) {
          const members = all.filter((_, index) => (mask >> index) & 1)
          strategy.prepare(members)
          let before = -1
          let row = 0
          for (let turn = 0; turn < turns && members.length > 1; turn++) {
            const { slot } = members[strategy.pick(members)] as Candidate
            row = slot === before ? row + 1 : 1
            before = slot
            // Equal weights: one turn may be owed at a change and one is due, never more.
            expect(row).toBeLessThanOrEqual(3)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('spends a little more than a cycle on the start of 2,000 heavy backends, not millions of turns', () => {
    const members = candidatesOf(Array.from({ length: 2000 }, () => 256))
    let looks = 0
    const counted = members.map((member) => ({
      ...member,
      get weight() {
        looks += 1
        return member.weight
      },
    }))
    new RoundRobin({ random: () => 0.999 }).prepare(counted)
    expect(looks).toBeLessThan(4200 * 2000)
  })
})
