import { expect, it } from 'vitest'
import { ulid } from './ulid.ts'

const SHAPE = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

it('has the shape of a ULID, and its time', () => {
  const at = Date.UTC(2026, 10, 23, 12)
  const id = ulid(at)
  expect(id).toMatch(SHAPE)
  const decoded = [...id.slice(0, 10)].reduce(
    (sum, letter) => sum * 32 + '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(letter),
    0,
  )
  expect(decoded).toBe(at)
})

it('is never the same twice, however many there are in a millisecond, and goes up from one to the next', () => {
  const ids = Array.from({ length: 100_000 }, () => ulid(5))
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => SHAPE.test(id))).toBe(true)
  const few = Array.from({ length: 500 }, () => ulid(6))
  expect([...few].sort()).toEqual(few)
  expect(ulid(7) > (few.at(-1) as string)).toBe(true)
})

it('shares no more than its time with an id of another millisecond', () => {
  const starts = new Set(Array.from({ length: 1000 }, (_, at) => ulid(at).slice(10, 24)))
  expect(starts.size).toBe(1000)
})
