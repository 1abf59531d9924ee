import { describe, expect, it } from 'vitest'
import { judge, median, type Reading, slope } from './verdict.ts'

const SEED = 20261128
/** A small generator with a fixed seed, so that every run sees the same noise. */
function noise(seed = SEED) {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
}
const series = (value: (minute: number) => number): Reading[] =>
  Array.from({ length: 240 }, (_, index) => ({ at: index / 2, value: value(index / 2) }))
const bound = { absolute: 5, relative: 0.05 }
const word = (value: (minute: number) => number) => judge(series(value), 20, 120, bound).word

describe('the verdict on a figure', () => {
  const random = noise()
  it.each<[string, string, (minute: number) => number]>([
    ['flat', 'the same all the time', () => 100],
    ['flat', 'noise of a third', () => 100 + 30 * random()],
    ['flat', 'a rise while it warms up', (minute) => 100 + 4 * Math.min(20, minute)],
    ['flat', 'a step after an hour that stays', (minute) => (minute < 75 ? 100 : 120)],
    ['flat', 'a saw-tooth of ten minutes', (minute) => 100 + 3 * (minute % 10)],
    ['flat', 'a neighbour for ten minutes at the end', (minute) => (minute > 110 ? 200 : 100)],
    ['rising', 'a leak of a tenth in an hour', (minute) => 100 + minute / 6],
    ['rising', 'a leak under noise', (minute) => 100 + minute / 4 + 20 * random()],
    ['rising', 'a leak under a saw-tooth', (minute) => 100 + minute / 4 + 3 * (minute % 10)],
    ['rising', 'one descriptor every five minutes', (minute) => 100 + Math.floor(minute / 5)],
    ['falling', 'what is given back', (minute) => 200 - minute / 2],
  ])('%s: %s', (expected, _what, value) => {
    expect(word(value)).toBe(expected)
  })

  it('says so when there is too little to tell', () => {
    expect(judge(series((minute) => minute).slice(0, 6), 0, 3, bound).word).toBe('too few readings')
    expect(judge([], 0, 3, bound).word).toBe('too few readings')
  })

  it('names what it saw in the unit of the figure', () => {
    expect(
      judge(
        series((minute) => 1000 + minute),
        20,
        120,
        bound,
      ),
    ).toMatchObject({
      first: expect.closeTo(1044.75),
      second: expect.closeTo(1094.75),
      perHour: expect.closeTo(60),
      bound: expect.closeTo(52.2375),
    })
  })
})

describe('the parts of a verdict', () => {
  it('takes the middle', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeNaN()
  })

  it('fits a line through wild readings', () => {
    const readings = series((minute) => 2 * minute).map((one, index) =>
      index % 5 === 0 ? { ...one, value: 9999 } : one,
    )
    expect(slope(readings)).toBeCloseTo(2, 0)
    expect(slope([{ at: 1, value: 1 }])).toBe(0)
  })
})
