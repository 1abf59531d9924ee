import { expect, it } from 'vitest'
import { isDebugToken, issueDebugToken, newDebugToken } from './debug-token.ts'

const at = 1_800_000_000_000
it('is good until it ends, for the one who signed it only', () => {
  const token = issueDebugToken('secret', at + 60_000)
  expect(isDebugToken('secret', token, at)).toBe(true)
  expect(isDebugToken('secret', token, at + 61_000)).toBe(false)
  expect(isDebugToken('other', token, at)).toBe(false)
  expect(isDebugToken('secret', newDebugToken('secret', at).value, at)).toBe(true)
})

it.each(['', '.', 'x', 'zzzzzzzzz.', 'zzzzzzzzzzzzzzzz.abc', `${(at / 500).toString(36)}.made-up`])(
  'is not %j',
  (text) => {
    expect(isDebugToken('secret', text, at)).toBe(false)
  },
)
