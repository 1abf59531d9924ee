import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSchedule, type Schedule } from './schedule.ts'

let schedule: Schedule
const clock = { now: () => performance.now() }

beforeEach(() => {
  vi.useFakeTimers()
  schedule = createSchedule(clock)
})
afterEach(() => {
  schedule.close()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

test('whatever is made and cancelled in whatever order, the rest runs in order of time, on one timer', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.boolean()), { maxLength: 700 }), (plans) => {
      const began = clock.now()
      const ran: number[] = []
      const cancels = plans.map(([wait]) => schedule.at(began + wait, () => ran.push(wait)))
      plans.forEach(([, cancelled], index) => {
        if (cancelled) cancels[index]?.()
      })
      expect(vi.getTimerCount()).toBeLessThanOrEqual(1)
      vi.advanceTimersByTime(6000)
      const expected = plans.filter(([, cancelled]) => !cancelled).map(([wait]) => wait)
      expect(ran).toEqual(expected.sort((a, b) => a - b))
    }),
    { numRuns: 50 },
  )
})

test('what is late runs soon but not within the call; what renews itself does not hold the thread', () => {
  let runs = 0
  const again = () => {
    if (++runs < 1000) schedule.at(clock.now() - 1, again)
  }
  schedule.at(clock.now() - 10, again)
  expect(runs).toBe(0)
  vi.advanceTimersToNextTimer()
  expect(runs).toBe(1)
  schedule.close()
})

test('never is never, far away is kept, cancelling twice or after the run is harmless', () => {
  let runs = 0
  schedule.at(Number.POSITIVE_INFINITY, () => runs++)
  expect(vi.getTimerCount()).toBe(0)
  const cancel = schedule.at(clock.now() + 40 * 86_400_000, () => runs++)
  vi.advanceTimersByTime(39 * 86_400_000)
  expect(runs).toBe(0)
  vi.advanceTimersByTime(2 * 86_400_000)
  expect(runs).toBe(1)
  cancel()
  cancel()
})
