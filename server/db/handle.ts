/** The database handle that every store takes, and prepared statements kept with it. */
import type BetterSqlite3 from 'better-sqlite3'

export type Db = BetterSqlite3.Database

const kept = new WeakMap<Db, Map<string, BetterSqlite3.Statement<unknown[], unknown>>>()

/** A statement compiled once per handle. Pass constant SQL only: each different text stays for the life of the handle. */
export function statement<Row = unknown>(db: Db, sql: string): BetterSqlite3.Statement<unknown[], Row> {
  const statements = kept.get(db) ?? new Map<string, BetterSqlite3.Statement<unknown[], unknown>>()
  kept.set(db, statements)
  const found = statements.get(sql) ?? db.prepare<unknown[], unknown>(sql)
  statements.set(sql, found)
  return found as BetterSqlite3.Statement<unknown[], Row>
}

/** Runs `body` in one write transaction: all of it is stored, or nothing. */
export function inTransaction<Result>(db: Db, body: () => Result): Result {
  return db.transaction(body).immediate() as Result
}

/** JSON text of evidence, or null. */
export function toJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value)
}
