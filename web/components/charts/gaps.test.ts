import { expect, test } from 'vitest'
import { gapsOf } from './gaps.ts'

const every = (from: number, to: number) => Array.from({ length: (to - from) / 10 }, (_, index) => from + index * 10)

test.each([
  ['a full range has none', every(0, 100), []],
  ['the step in progress and one on its way are none', every(0, 80), []],
  ['a start within the range', every(50, 100), [{ from: 0, to: 50, kind: 'before' }]],
  ['a range that begins within a step', every(10, 100), []],
  ['a stop', [...every(0, 30), ...every(60, 100)], [{ from: 30, to: 60, kind: 'stopped' }]],
  ['a single step that is missing', [...every(0, 30), ...every(40, 100)], [{ from: 30, to: 40, kind: 'stopped' }]],
  ['nothing heard lately', every(0, 60), [{ from: 60, to: 100, kind: 'late' }]],
  ['nothing at all', [], [{ from: 0, to: 100, kind: 'before' }]],
  [
    'one point alone',
    [50],
    [
      { from: 0, to: 50, kind: 'before' },
      { from: 60, to: 100, kind: 'late' },
    ],
  ],
])('%s', (_, times, expected) => expect(gapsOf(times, 10, 0, 100)).toEqual(expected))
