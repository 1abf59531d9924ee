import { expect, it } from 'vitest'
import { keptFor, reachWords, sinceTime } from './reach.ts'

const now = new Date(2026, 10, 26, 17, 0).getTime()
const DAY = 86_400_000

it.each([
  [new Date(2026, 10, 26, 16, 31), '16:31'],
  [new Date(2026, 10, 23, 9, 5), 'Mon 09:05'],
  [new Date(2026, 10, 3, 9, 5), '3 Nov 09:05'],
])('%s is %s', (date, words) => {
  expect(sinceTime(date.getTime(), now)).toBe(words)
})

it.each([
  [7 * DAY, '7 days'],
  [DAY, '1 d'],
  [3_600_000, '1 h'],
])('%i ms is %s', (ms, words) => {
  expect(keptFor(ms)).toBe(words)
})

it('says since when errors and samples are there, and what is missing', () => {
  const errors = { since: new Date(2026, 10, 23, 16, 31).getTime(), leftOut: 0, keptMs: 7 * DAY, stored: true }
  const samples = { since: new Date(2026, 10, 26, 16, 40).getTime(), leftOut: 5 }
  const plain =
    'Errors and slow requests since Mon 16:31 (kept for 7 days), samples of the others since 16:40 (at most 200 a second).'
  expect(reachWords({ errors, samples }, now)).toBe(plain)
  expect(reachWords({ errors: { ...errors, leftOut: 12_345, stored: false }, samples }, now)).toBe(
    `${plain} Of errors that are all alike some are kept; 12.3k more are only counted. They cannot be saved at present: new ones are in memory only.`,
  )
})
