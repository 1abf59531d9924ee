/**
 * A database in memory for as long as the real one cannot be used: with the configuration, the accounts and the newest events, so that
 * everything that only reads goes on. What it is given is lost when the real one comes back.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { readConfigCopy } from './config-copy.ts'
import type { Db } from './handle.ts'
import { getMeta, setMeta } from './meta.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './open.ts'
import { currentRevision } from './revisions.ts'
import { insertRows, type Row, readCopies, readTable, type TableReading } from './salvage.ts'

/** Tables that a start needs, in an order that references allow, with their keys and how many of the newest rows are wanted. */
const NEEDED: readonly (readonly [table: string, key: string, most: number])[] = [
  ['meta', 'key', 1000],
  ['revisions', 'number', 50],
  ['users', 'name', 100_000],
  ['tokens', 'id', 100_000],
  ['sessions', 'token_hash', 100_000],
  ['events', 'id', 200],
  ['exchanges', 'seq', 1],
]

export interface StandIn {
  db: Db
  /** Where the configuration is from; undefined when there is none. */
  from: 'database' | 'copy' | undefined
  /** Number of that revision; 0 when there is none. */
  revision: number
  /** Accounts could be read. */
  accounts: boolean
}

/** Builds the stand-in for the database of a directory. `now`: epoch milliseconds. */
export function openStandIn(directory: string, now: number): StandIn {
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  migrate(db, { migrations: MIGRATIONS, backups: join(directory, 'backups'), now })
  const stored = readNeeded(join(directory, 'evenkeel.db'))
  db.prepare('DELETE FROM meta').run()
  for (const [table] of NEEDED) insertRows(db, table, stored.get(table)?.rows ?? [])
  // Events are numbered, and those of now must come after what is stored but cannot be read.
  if (stored.get('events')?.whole !== true)
    insertRows(db, 'events', [
      { id: now, at: now, kind: 'storage', severity: 'error', message: 'older events cannot be read' },
    ])

  const read = currentRevision(db)
  const copy = readConfigCopy(directory)
  if (copy !== undefined && getMeta(db, 'sticky-secret') === undefined) setMeta(db, 'sticky-secret', copy.stickySecret)
  const accounts = (stored.get('users')?.rows.length ?? 0) > 0
  if (copy === undefined || copy.revision <= read)
    return { db, from: read > 0 ? 'database' : undefined, revision: read, accounts }
  const { revision: number, at, author, summary, document } = copy
  insertRows(db, 'revisions', [{ number, at, author, summary, document: JSON.stringify(document) }])
  return { db, from: 'copy', revision: number, accounts }
}

/** 0 where there is no file, or it is out of reach. */
function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}

function readNeeded(file: string): Map<string, TableReading> {
  if (sizeOf(file) === 0) return new Map()
  const read = (db: Db) => {
    const result = new Map(NEEDED.map(([table, key, most]) => [table, readTable(db, table, [key], most)]))
    const readings = [...result.values()]
    const rows = readings.reduce((sum, reading) => sum + reading.rows.length, 0)
    return { result, rows, whole: readings.every((reading) => reading.whole) }
  }
  return readCopies(file, read) ?? new Map()
}

/** What was added to a stand-in and is worth keeping: who signed in meanwhile stays signed in. */
export function carryOver(from: Db, to: Db): void {
  for (const [table, key] of [
    ['sessions', 'token_hash'],
    ['audit', 'id'],
  ] as const) {
    const rows = readTable(from, table, [key]).rows.map(({ id: _, ...row }): Row => row)
    insertRows(to, table, rows)
  }
}
