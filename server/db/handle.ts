/** The database handle that every store takes, and prepared statements kept with it. */
import type BetterSqlite3 from 'better-sqlite3'
import type { DatabaseProblem } from './problem.ts'

export type Db = BetterSqlite3.Database

interface Lead {
  to: Db
  /** Why it leads to a stand-in; undefined when it leads to the database itself. */
  why: DatabaseProblem | undefined
}

const leads = new WeakMap<Db, Lead>()
const kept = new WeakMap<Db, Map<string, BetterSqlite3.Statement<unknown[], unknown>>>()

const target = (db: Db): Db => leads.get(db)?.to ?? db

/** A handle that leads to one database now and may lead to another later; whoever has it need not know. */
export interface SwitchableDb {
  db: Db
  /** From now on every use of the handle goes to `next`, which is the real one. Answers what it led to before; the caller closes it. */
  switchTo(next: Db): Db
}

/** Makes a handle that leads to `first`. `why`: `first` is a stand-in for the real database, which cannot be used for this reason. */
export function switchable(first: Db, why?: DatabaseProblem): SwitchableDb {
  const lead: Lead = { to: first, why }
  const db = new Proxy({} as Db, {
    get(_, key) {
      const value: unknown = Reflect.get(lead.to, key, lead.to)
      return typeof value === 'function' ? value.bind(lead.to) : value
    },
  })
  leads.set(db, lead)
  return {
    db,
    switchTo(next) {
      const before = lead.to
      lead.to = next
      lead.why = undefined
      return before
    },
  }
}

/**
 * Why this handle leads to a stand-in: the real database cannot be used, and what is written is lost when it comes back. Undefined for a
 * real database. Its message is for people.
 */
export function standIn(db: Db): DatabaseProblem | undefined {
  return leads.get(db)?.why
}

/** For changes that must not be lost: throws the `DatabaseProblem` of the real database while a stand-in is in its place. */
export function requireReal(db: Db): void {
  const why = standIn(db)
  if (why !== undefined) throw why
}

/** A statement compiled once per database. Pass constant SQL only: each different text stays for the life of the database. */
export function statement<Row = unknown>(handle: Db, sql: string): BetterSqlite3.Statement<unknown[], Row> {
  const db = target(handle)
  const statements = kept.get(db) ?? new Map<string, BetterSqlite3.Statement<unknown[], unknown>>()
  kept.set(db, statements)
  const found = statements.get(sql) ?? db.prepare<unknown[], unknown>(sql)
  statements.set(sql, found)
  return found as BetterSqlite3.Statement<unknown[], Row>
}

/** Runs `body` in one write transaction: all of it is stored, or nothing. */
export function inTransaction<Result>(db: Db, body: () => Result): Result {
  return target(db).transaction(body).immediate() as Result
}

/** JSON text of evidence, or null. */
export function toJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value)
}
