import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Linked, LinkedSet } from './linked-set.ts'

class Item implements Linked<Item> {
  before: Item | undefined
  after: Item | undefined
}

describe('linked set', () => {
  it('holds what a Set holds, in the same order, whoever joins and leaves', () => {
    const moves = fc.array(fc.tuple(fc.boolean(), fc.nat(7)), { maxLength: 60 })
    fc.assert(
      fc.property(moves, (steps) => {
        const items = Array.from({ length: 8 }, () => new Item())
        const ours = new LinkedSet<Item>()
        const set = new Set<Item>()
        for (const [joins, index] of steps) {
          const item = items[index] as Item
          if (!joins) {
            ours.delete(item)
            set.delete(item)
          } else if (!set.has(item)) {
            ours.add(item)
            set.add(item)
          }
          expect([...ours]).toEqual([...set])
          expect(ours.size).toBe(set.size)
        }
        for (const item of items) if (!set.has(item)) expect(item).toEqual(new Item())
      }),
    )
  })

  it('goes on with the next when the present one leaves', () => {
    const ours = new LinkedSet<Item>()
    const items = [new Item(), new Item(), new Item()]
    for (const item of items) ours.add(item)
    let seen = 0
    for (const item of ours) {
      ours.delete(item)
      seen += 1
    }
    expect([seen, ours.size]).toEqual([3, 0])
  })
})
