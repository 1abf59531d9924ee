/** Single probe results, for the strip of each backend and for evidence. */
import type { ProbeResult } from '../../shared/api/live.ts'
import { type Db, statement } from './handle.ts'

export interface ProbeEntry {
  pool: string
  backend: string
  result: ProbeResult
}

/** Most results kept over all backends, whatever their age: about half a gigabyte. */
export const MOST_PROBES = 3_000_000

interface ProbeRow {
  at: number
  passed: number
  tookMs: number
  status: number | null
  detail: string
  bodyStart: string | null
}

export function insertProbe(db: Db, { pool, backend, result }: ProbeEntry): void {
  statement(
    db,
    `INSERT INTO probes (pool, backend, at, passed, took_ms, status, detail, body_start) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    pool,
    backend,
    result.at,
    result.passed ? 1 : 0,
    result.tookMs,
    result.status ?? null,
    result.detail,
    result.bodyStart ?? null,
  )
}

/** The newest results of one backend of one pool, newest last. */
export function lastProbes(db: Db, pool: string, backend: string, limit: number): ProbeResult[] {
  return statement<ProbeRow>(
    db,
    `SELECT at, passed, took_ms AS tookMs, status, detail, body_start AS bodyStart
     FROM probes WHERE pool = ? AND backend = ? ORDER BY id DESC LIMIT ?`,
  )
    .all(pool, backend, limit)
    .reverse()
    .map(({ passed, status, bodyStart, ...row }) => ({
      ...row,
      passed: passed === 1,
      ...(status !== null && { status }),
      ...(bodyStart !== null && { bodyStart }),
    }))
}

/** Removes results older than `before` (epoch milliseconds), and the oldest beyond `most`. Returns how many. */
export function pruneProbes(db: Db, before: number, most = MOST_PROBES): number {
  return statement(
    db,
    `DELETE FROM probes WHERE id < MAX(
      COALESCE((SELECT id FROM probes WHERE at >= ? ORDER BY id LIMIT 1), (SELECT MAX(id) + 1 FROM probes)),
      (SELECT MAX(id) + 1 FROM probes) - ?)`,
  ).run(before, most).changes
}
