import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TICK_MS, type Timed, TimerWheel } from './timer-wheel.ts'

function owner(fired: number[], clock: { at: number }): Timed {
  return { deadline: 0, wheelSlot: -1, wheelAt: -1, onDeadline: () => void fired.push(clock.at) }
}

describe('timer wheel', () => {
  it('notices any deadline within a tick, never early', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 20 }), (delays) => {
        const clock = { at: 12_345 }
        const wheel = new TimerWheel(() => clock.at)
        const fired = delays.map(() => [] as number[])
        for (const [index, delay] of delays.entries())
          wheel.watch(owner(fired[index] as number[], clock), clock.at, delay)
        for (let step = 0; step < 4200; step++) {
          clock.at += TICK_MS
          wheel.advance()
        }
        delays.forEach((delay, index) => {
          const times = fired[index] as number[]
          expect(times).toHaveLength(1)
          expect(times[0]).toBeGreaterThanOrEqual(12_345 + delay)
          expect(times[0]).toBeLessThanOrEqual(12_345 + delay + 2 * TICK_MS)
        })
      }),
      { numRuns: 20 },
    )
  })

  it('follows a deadline that moves later or sooner, and forgets a dropped one', () => {
    const clock = { at: 0 }
    const wheel = new TimerWheel(() => clock.at)
    const [later, sooner, dropped] = [[], [], []] as number[][]
    const [a, b, c] = [
      owner(later as number[], clock),
      owner(sooner as number[], clock),
      owner(dropped as number[], clock),
    ]
    wheel.watch(a, 0, 1000)
    wheel.watch(a, 0, 3000)
    wheel.watch(b, 0, 3000)
    wheel.watch(b, 0, 1000)
    wheel.watch(c, 0, 1000)
    wheel.drop(c)
    for (clock.at = 0; clock.at < 5000; clock.at += TICK_MS) wheel.advance()
    expect(later).toEqual([3000])
    expect(sooner).toEqual([1000])
    expect(dropped).toEqual([])
  })

  it('survives a stall longer than a whole turn', () => {
    const clock = { at: 0 }
    const wheel = new TimerWheel(() => clock.at)
    const fired: number[] = []
    wheel.watch(owner(fired, clock), 0, 500)
    clock.at = 10_000_000
    wheel.advance()
    expect(fired).toEqual([10_000_000])
  })
})
