import { expect, test } from 'vitest'
import { noteServerTime, serverNow } from './server-clock.ts'

test.each([
  ['the same time', 0, 0],
  ['what the way takes', -900, 0],
  ['a clock that is two minutes slow', 120_000, 120_000],
  ['a clock that is an hour fast', -3_600_000, -3_600_000],
])('%s', (_, difference, expected) => {
  noteServerTime(1e12 + difference, 1e12)
  expect(serverNow(1e12 + 5000)).toBe(1e12 + 5000 + expected)
})
