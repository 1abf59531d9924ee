import { expect, test } from 'vitest'
import { nextLook } from './next-look.ts'

const MINUTE = 60_000

test.each([
  ['just after a step, at the end of the next', { step: 10_000, askedAt: 101_300, now: 101_300 }, 111_200],
  ['in the middle of a step, at its end', { step: 10_000, askedAt: 105_000, now: 105_000 }, 111_200],
  ['before a step is settled, when it is, but not at once', { step: 10_000, askedAt: 110_500, now: 110_500 }, 112_500],
  ['every two seconds for steps of one', { step: 1000, askedAt: 105_000, now: 105_000 }, 107_000],
  ['at least each minute', { step: 5 * MINUTE, askedAt: 301_300, now: 301_300 }, 361_300],
  ['before anything is known, soon', { step: 0, askedAt: 105_000, now: 105_000 }, 107_000],
  ['after a failure, later', { step: 1000, askedAt: 105_000, now: 105_000, failed: true }, 115_000],
  ['late, at once', { step: 10_000, askedAt: 101_300, now: 140_000 }, 140_250],
])('%s', (_, look, expected) => expect(look.now + nextLook({ failed: false, ...look })).toBe(expected))

test('whoever asks in between is told the same moment', () => {
  const look = { step: 10_000, askedAt: 103_000, failed: false }
  for (let now = 103_000; now < 110_900; now += 100) expect(now + nextLook({ ...look, now })).toBe(111_200)
})
