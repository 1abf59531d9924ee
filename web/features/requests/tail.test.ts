import { expect, it } from 'vitest'
import type { ExchangeRecord } from '../../../shared/api/records.ts'
import { withRecords } from './tail.ts'

const record = (id: string, at: number, totalMs = 1) => ({ id, at, totalMs }) as ExchangeRecord
const ids = (records: readonly ExchangeRecord[]) => records.map(({ id }) => id).join(' ')

it('keeps the newest first, each once, and lets the oldest go', () => {
  const first = withRecords([], [record('a', 1), record('b', 2)], 3)
  expect(ids(first)).toBe('b a')
  const second = withRecords(first, [record('b', 2), record('d', 4), record('c', 3), record('d', 4)], 3)
  expect(ids(second)).toBe('d c b')
  expect(withRecords(second, [record('c', 3)], 3)).toBe(second)
})

it('puts a slow one where it ended', () => {
  expect(ids(withRecords([record('b', 100)], [record('slow', 1, 500), record('a', 50)]))).toBe('slow b a')
})
