/** The rows of the live tail: newest first, each request once, bounded. Pure. */
import type { ExchangeRecord } from '../../../shared/api/records.ts'

/** Most rows kept; older ones are let go. */
export const MOST_ROWS = 500

/** Merges batches in any order; `before` is newest first. The same array comes back when nothing is new. */
export function withRecords(
  before: readonly ExchangeRecord[],
  records: readonly ExchangeRecord[],
  most = MOST_ROWS,
): readonly ExchangeRecord[] {
  const known = new Set(before.map(({ id }) => id))
  const fresh: ExchangeRecord[] = []
  for (const record of records) {
    if (known.has(record.id)) continue
    known.add(record.id)
    fresh.push(record)
  }
  if (fresh.length === 0) return before
  // A request is logged when it ends: the slow ones come late, and belong where they ended.
  return [...fresh, ...before].sort((a, b) => endOf(b) - endOf(a)).slice(0, most)
}

const endOf = ({ at, totalMs }: ExchangeRecord): number => at + totalMs
