import { describe, expect, it } from 'vitest'
import { takeBack } from './take-back.ts'

const a = { id: 'a', weight: 1 }
const b = { id: 'b', weight: 1 }
const c = { id: 'c', weight: 1 }
const heavy = { id: 'a', weight: 3 }

const merges: [string, unknown, unknown, unknown, unknown][] = [
  ['a field is as the change left it', { x: 2 }, { x: 1 }, { x: 2 }, { x: 1 }],
  ['another field has changed since', { x: 2, y: 1 }, { x: 1, y: 1 }, { x: 2, y: 9 }, { x: 1, y: 9 }],
  ['a field was added', { x: 1 }, {}, { x: 1, y: 2 }, { y: 2 }],
  ['a field was removed', {}, { x: 1 }, { y: 2 }, { y: 2, x: 1 }],
  ['it was taken back already', { x: 2 }, { x: 1 }, { x: 1 }, { x: 1 }],
  [
    'an item changed, another one since',
    [heavy, b],
    [a, b],
    [heavy, { id: 'b', weight: 5 }],
    [a, { id: 'b', weight: 5 }],
  ],
  ['an item was added, another one since', [a, b], [a], [a, b, c], [a, c]],
  ['an item was removed, another one added since', [b], [a, b], [b, c], [a, b, c]],
  ['the middle one was removed', [a, c], [a, b, c], [a, c], [a, b, c]],
  ['the order was changed', [b, a], [a, b], [b, a, c], [a, b, c]],
  ['an item changed, the order since', [heavy, b], [a, b], [b, heavy], [b, a]],
  ['a list of values', { x: [1, 2] }, { x: [1] }, { x: [1, 2], y: 1 }, { x: [1], y: 1 }],
]

const conflicts: [string, unknown, unknown, unknown, string][] = [
  ['the same field changed again', { x: 2 }, { x: 1 }, { x: 3 }, 'x'],
  ['the item was removed since', [heavy], [a], [], 'a'],
  ['the added item was changed since', [a], [], [heavy], 'a'],
  ['an item changed again', { pools: [heavy] }, { pools: [a] }, { pools: [{ id: 'a', weight: 9 }] }, 'pools a weight'],
  ['the order changed again', [b, a, c], [a, b, c], [c, b, a], ''],
  ['a list of values changed again', { x: [1, 2] }, { x: [1] }, { x: [3] }, 'x'],
]

describe('taking a change back', () => {
  it.each(merges)('%s', (_, after, before, now, expected) => {
    expect(takeBack(after, before, now)).toEqual({ ok: true, value: expected })
  })

  it.each(conflicts)('is refused with the place: %s', (_, after, before, now, path) => {
    expect(takeBack(after, before, now)).toEqual({ ok: false, path: path === '' ? [] : path.split(' ') })
  })

  it('changes none of the documents', () => {
    const documents = [
      [b, a],
      [a, b],
      [b, a, c],
    ] as const
    const copies = structuredClone(documents)
    takeBack(...documents)
    expect(documents).toEqual(copies)
  })
})
