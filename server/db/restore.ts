/**
 * Gets back what can be got back of a damaged database: its readable rows, the copy of the configuration, and accounts from a backup where
 * its own cannot be read. Nothing is deleted; the damaged file stays under another name.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { listBackups } from './backup.ts'
import { type ConfigCopy, readConfigCopy, syncDirectory } from './config-copy.ts'
import { type Db, inTransaction } from './handle.ts'
import { lockDirectory } from './lock.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS, moveAside } from './open.ts'
import { DatabaseProblem } from './problem.ts'
import { headerDamage, insertRows, readCopies, tableRows } from './salvage.ts'

export interface TableCount {
  table: string
  rows: number
  /** False: damage stopped the reading, and there may have been more. */
  whole: boolean
}

export interface FileReport {
  file: string
  /** Why it is damaged; null when it is whole. */
  damage: string | null
  /** Newest revision that can be read; 0 when none can. */
  revision: number
  tables: TableCount[]
}

export interface Inspection {
  /** Null when there is no such file. */
  database: FileReport | null
  copy: ConfigCopy | undefined
  /** Newest first, at most five. */
  backups: FileReport[]
}

export interface Restored {
  /** Where the damaged file is now; null when there was none. */
  setAside: string | null
  revision: number
  /** Where that revision is from. */
  from: 'database' | 'copy' | 'backup'
  tables: TableCount[]
  /** Backup that the accounts are from; null when they are from the database itself. */
  accountsFrom: string | null
  users: number
}

const MOST_BACKUPS = 5

/** Tables with their keys: those that others refer to first. */
function tablesOf(db: Db): { table: string; key: string[] }[] {
  const first = ['meta', 'revisions', 'users']
  const names = db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('migrations') AND name NOT LIKE 'sqlite_%'",
    )
    .pluck()
    .all() as string[]
  const rank = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length)
  return names
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((table) => {
      const columns = db.pragma(`table_info(${table})`) as { name: string; pk: number }[]
      const key = columns.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk)
      return { table, key: key.map((column) => column.name) }
    })
}

function fresh(file: string, now: number): Db {
  const db = new Database(file)
  migrate(db, { migrations: MIGRATIONS, backups: '', now })
  db.prepare('DELETE FROM meta').run()
  return db
}

function pour(from: Db, to: Db, only?: readonly string[]): TableCount[] {
  return inTransaction(to, () =>
    tablesOf(to)
      .filter(({ table }) => only === undefined || only.includes(table))
      .map(({ table, key }) => {
        const outcome = { whole: true }
        const rows = insertRows(to, table, tableRows(from, table, key, outcome))
        return { table, rows, whole: outcome.whole }
      }),
  )
}

function damageOf(db: Db): string | null {
  try {
    const found = db.pragma('quick_check(3)') as { quick_check: string }[]
    return found[0]?.quick_check === 'ok' ? null : found.map((finding) => finding.quick_check).join('; ')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Reads all that can be read of a file into a database of ours, which the caller closes. Empty when nothing can be read. */
function gather(file: string, make: () => Db): { db: Db; report: FileReport } {
  let best: { db: Db; report: FileReport } | undefined
  readCopies(file, (from) => {
    const db = make()
    const tables = pour(from, db)
    const damage = headerDamage(file) ?? damageOf(from)
    const revision = db.prepare('SELECT COALESCE(MAX(number), 0) FROM revisions').pluck().get() as number
    const rows = tables.reduce((sum, table) => sum + table.rows, 0)
    if (best === undefined || rows > best.report.tables.reduce((sum, table) => sum + table.rows, 0)) {
      best?.db.close()
      best = { db, report: { file, damage, revision, tables } }
    } else db.close()
    return { result: undefined, rows, whole: damage === null }
  })
  return best ?? { db: make(), report: { file, damage: 'nothing of it can be read', revision: 0, tables: [] } }
}

function look(file: string, now: number): FileReport {
  const { db, report } = gather(file, () => fresh(':memory:', now))
  db.close()
  return report
}

/** Says what is there and what of it can be read. Changes nothing. */
export function inspect(directory: string, now: number): Inspection {
  const file = join(directory, 'evenkeel.db')
  const size = statSync(file, { throwIfNoEntry: false })?.size
  return {
    database: size === undefined ? null : look(file, now),
    copy: readConfigCopy(directory),
    backups: listBackups(join(directory, 'backups'))
      .slice(0, MOST_BACKUPS)
      .map((backup) => look(backup.file, now)),
  }
}

/**
 * Builds a new database from what can be read and puts it in the place of the damaged one. Throws `DatabaseProblem` when another process
 * uses the directory, or when there is nothing to build one from; everything is as it was then.
 */
export function restore(directory: string, now: number): Restored {
  const unlock = lockDirectory(directory)
  const file = join(directory, 'evenkeel.db')
  const partial = `${file}.restoring`
  try {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(partial + suffix, { force: true })
    const exists = statSync(file, { throwIfNoEntry: false }) !== undefined
    const source = exists ? gather(file, () => fresh(':memory:', now)) : undefined
    closeSync(openSync(partial, 'a', 0o600))
    const db = fresh(partial, now)
    db.pragma('foreign_keys = OFF')
    const tables = source === undefined ? [] : pour(source.db, db)
    source?.db.close()
    const answer = fillGaps(db, directory, source?.report.revision ?? 0, now)
    db.close()
    const descriptor = openSync(partial, 'r+')
    fsyncSync(descriptor)
    closeSync(descriptor)
    const setAside = exists ? moveAside(file, now) : null
    renameSync(partial, file)
    syncDirectory(directory)
    return { ...answer, tables, setAside }
  } catch (error) {
    for (const suffix of ['', '-journal']) rmSync(partial + suffix, { force: true })
    throw error
  } finally {
    unlock()
  }
}

function fillGaps(db: Db, directory: string, readRevision: number, now: number) {
  let from: Restored['from'] = 'database'
  let revision = readRevision
  const copy = readConfigCopy(directory)
  if (copy !== undefined && copy.revision > revision) {
    const { revision: number, at, author, summary, document } = copy
    insertRows(db, 'revisions', [{ number, at, author, summary, document: JSON.stringify(document) }])
    revision = number
    from = 'copy'
  }
  if (copy !== undefined) insertRows(db, 'meta', [{ key: 'sticky-secret', value: copy.stickySecret }])
  const [newest] = listBackups(join(directory, 'backups'))
  const users = () => db.prepare('SELECT COUNT(*) FROM users').pluck().get() as number
  let accountsFrom: string | null = null
  if (newest !== undefined && (users() === 0 || revision === 0)) {
    const backup = gather(newest.file, () => fresh(':memory:', now))
    if (users() === 0) {
      pour(backup.db, db, ['users', 'tokens'])
      if (users() > 0) accountsFrom = newest.file
    }
    if (revision === 0 && backup.report.revision > 0) {
      pour(backup.db, db, ['revisions', 'meta'])
      revision = backup.report.revision
      from = 'backup'
    }
    backup.db.close()
  }
  if (revision === 0)
    throw new DatabaseProblem(
      'corrupt',
      `No configuration can be read in ${directory}: neither from the database, nor from its copy, nor from a backup. Nothing was changed.`,
    )
  for (const { table, rowid } of db.pragma('foreign_key_check') as { table: string; rowid: number | null }[])
    if (rowid !== null) db.prepare(`DELETE FROM ${table} WHERE rowid = ?`).run(rowid)
  db.prepare('DELETE FROM sessions WHERE user_name NOT IN (SELECT name FROM users)').run()
  return { revision, from, accountsFrom, users: users() }
}
