import { expect, it } from 'vitest'
import { watchNewest } from './newest.ts'

it('passes over an answer that was overtaken by what came later, and over what a stream repeats', () => {
  const isNewest = watchNewest()
  const told = ['a 1000', 'a 1000', 'a 1400', 'a 1399', 'a 1100', 'a 1500', 'b 1200', 'b 1100', 'b 1201'].map(
    (text) => {
      const [boot, now] = text.split(' ') as [string, string]
      return isNewest({ boot, now: Number(now) })
    },
  )
  expect(told).toEqual([true, true, true, false, false, true, true, false, true])
})

it('follows a clock that was set back', () => {
  const isNewest = watchNewest()
  expect([isNewest({ boot: 'a', now: 4_000_000 }), isNewest({ boot: 'a', now: 400_000 })]).toEqual([true, true])
  expect(isNewest({ boot: 'a', now: 401_000 })).toBe(true)
})
