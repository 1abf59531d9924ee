import { expect, test } from 'vitest'
import { ConnectionsMemory } from './connections.ts'

const MINUTE = 60_000

test('the most of each ten seconds is kept for a quarter of an hour; a time without a record has no point', () => {
  const memory = new ConnectionsMemory()
  expect(memory.lately()).toEqual({ step: 10_000, points: [] })
  for (const [at, open] of [
    [1000, 3],
    [9000, 7],
    [9999, 2],
    [10_000, 1],
    [40_000, 0],
  ] as const)
    memory.add(at, open)
  expect(memory.lately().points).toEqual([
    [0, 7],
    [10_000, 1],
    [40_000, 0],
  ])
  memory.add(15 * MINUTE + 5000, 4)
  expect(memory.lately().points).toEqual([
    [10_000, 1],
    [40_000, 0],
    [15 * MINUTE, 4],
  ])
  for (let at = 0; at < 60 * MINUTE; at += 1000) memory.add(at, 1)
  expect(memory.lately().points).toHaveLength(90)
})

test('a clock that was set back leaves nothing in the future', () => {
  const memory = new ConnectionsMemory()
  memory.add(60 * MINUTE, 9)
  memory.add(20 * MINUTE, 1)
  expect(memory.lately().points).toEqual([[20 * MINUTE, 1]])
})
