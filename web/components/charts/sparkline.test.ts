import { expect, test } from 'vitest'
import { sparkPath } from './sparkline.tsx'

const range = { from: 0, to: 100_000, step: 10_000 }
const draw = (...values: [t: number, value: number | null][]) =>
  sparkPath(
    values.map(([t, value]) => ({ t, value })),
    range,
    100,
    31,
  )

test.each<[string, [number, number | null][], string]>([
  ['nothing', [], ''],
  [
    'points at their place in time',
    [
      [50_000, 1],
      [60_000, 2],
      [70_000, 0],
    ],
    'M50.0 15.5L60.0 1.5L70.0 29.5',
  ],
  [
    'a gap in time as a gap, and a point alone as a dot',
    [
      [10_000, 1],
      [40_000, 1],
      [50_000, 1],
    ],
    'M10.0 1.5h0.01M40.0 1.5L50.0 1.5',
  ],
  [
    'a step without a value as a gap',
    [
      [10_000, 1],
      [20_000, null],
      [30_000, 1],
    ],
    'M10.0 1.5h0.01M30.0 1.5h0.01',
  ],
  [
    'nothing outside its time',
    [
      [-10_000, 9],
      [10_000, 1],
      [20_000, 1],
      [110_000, 9],
    ],
    'M10.0 1.5L20.0 1.5',
  ],
])('a sparkline shows %s', (_, values, path) => expect(draw(...values)).toBe(path))
