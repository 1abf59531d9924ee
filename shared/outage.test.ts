import { expect, it } from 'vitest'
import type { NoTrafficReason } from './api/live.ts'
import { outageOf } from './outage.ts'

/** `a` takes traffic; `a:draining` does not, and why. `-a` is removed and finishes what it has. */
const pool = (...backends: string[]) => ({
  id: 'app',
  backends: backends.map((text) => {
    const [id = '', reason] = text.replace('-', '').split(':')
    return {
      id,
      leftOut: (reason ?? null) as NoTrafficReason | null,
      drain: text.startsWith('-') ? { removed: true } : null,
    }
  }),
})
const last =
  'app / a is the last backend of the pool that takes traffic. Every request gets 503 until another backend takes traffic.'

it.each([
  ['the only one', pool('a'), ['a'], last],
  ['the last of two, the other disabled', pool('a', 'b:disabled'), ['a'], last],
  ['the last of two, the other unhealthy', pool('a', 'b:unhealthy'), ['a'], last],
  ['the last of two, the other of weight 0', pool('a', 'b:weight-0'), ['a'], last],
  ['the last of two, the other removed', pool('a', '-b'), ['a'], last],
  [
    'both',
    pool('a', 'b'),
    ['a', 'b'],
    'These are the last 2 backends of app that take traffic. Every request gets 503 until another backend takes traffic.',
  ],
  ['one of two', pool('a', 'b'), ['a'], undefined],
  ['the last one before a backup', pool('a', 'b:backup'), ['a'], undefined],
  ['the last one and its backup', pool('a', 'b:backup'), ['a', 'b'], last],
  ['one that takes nothing', pool('a:unhealthy'), ['a'], undefined],
  ['nobody', pool('a'), [], undefined],
])('%s', (_, facts, takenOut, expected) => {
  expect(outageOf(facts, takenOut)).toBe(expected)
})
