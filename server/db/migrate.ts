/**
 * Brings a database to the schema of this code: plain SQL files in `migrations/`, in order of their number, all in one
 * transaction and after a backup. What was applied is recorded with its SHA-256, so a released file can never change unseen.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { backupName, backupTo, KEPT_BACKUPS, pruneBackups } from './backup.ts'
import { type Db, inTransaction } from './handle.ts'
import { DatabaseProblem, toProblem } from './problem.ts'

export interface Migration {
  number: number
  /** File name. */
  name: string
  sql: string
  /** Hex SHA-256 of the text with LF line ends, so that a checkout on Windows is the same migration. */
  sha256: string
}

export interface MigrateOptions {
  /** Directory of the `NNNN_name.sql` files. */
  migrations: string
  /** Where the backup goes; it is made only when something is stored that a migration could spoil. */
  backups: string
  /** Epoch milliseconds. */
  now: number
}

export interface Migrated {
  /** Names of the files applied now. */
  applied: string[]
  /** The backup made before; null when there was nothing to lose. */
  backup: string | null
}

/** Migrations of a directory in order. Throws when numbers repeat or leave a gap: a file was lost or misnamed. */
export function readMigrations(directory: string): Migration[] {
  const migrations = readdirSync(directory)
    .filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n')
      return { number: Number(name.slice(0, 4)), name, sql, sha256: createHash('sha256').update(sql).digest('hex') }
    })
  migrations.forEach((migration, index) => {
    if (migration.number !== index + 1)
      throw new DatabaseProblem(
        'migration-failed',
        `The migrations in ${directory} are not complete: expected number ${index + 1}, found ${migration.name}. Install Evenkeel again.`,
      )
  })
  if (migrations.length === 0)
    throw new DatabaseProblem('migration-failed', `There are no migrations in ${directory}. Install Evenkeel again.`)
  return migrations
}

interface AppliedRow {
  number: number
  name: string
  sha256: string
}

function readApplied(db: Db): AppliedRow[] {
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'").get()
  return known ? (db.prepare('SELECT number, name, sha256 FROM migrations ORDER BY number').all() as AppliedRow[]) : []
}

function checkApplied(db: Db, applied: AppliedRow[], migrations: Migration[]): void {
  for (const row of applied) {
    const migration = migrations[row.number - 1]
    if (!migration)
      throw new DatabaseProblem(
        'newer-version',
        `The database ${db.name} was written by a newer Evenkeel (it has migration ${row.name}, this one ends at ${migrations.at(-1)?.name}). Start the newer Evenkeel again, or use another data directory.`,
      )
    if (migration.sha256 !== row.sha256)
      throw new DatabaseProblem(
        'migration-edited',
        `Migration ${migration.name} is not the one that was applied to ${db.name}: the file was edited after its release. Put the released file back; changes belong in a new migration.`,
      )
  }
}

function applyOne(db: Db, migration: Migration, now: number): void {
  db.exec(migration.sql)
  if (!db.inTransaction) throw new Error('it ends the transaction it runs in')
  db.prepare('INSERT INTO migrations (number, name, sha256, applied_at) VALUES (?, ?, ?, ?)').run(
    migration.number,
    migration.name,
    migration.sha256,
    now,
  )
}

function applyAll(db: Db, pending: Migration[], now: number): void {
  let current = ''
  db.pragma('foreign_keys = OFF')
  try {
    inTransaction(db, () => {
      db.exec(`CREATE TABLE IF NOT EXISTS migrations
        (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT`)
      for (const migration of pending) {
        current = migration.name
        applyOne(db, migration, now)
      }
      if ((db.pragma('foreign_key_check') as unknown[]).length > 0)
        throw new Error('it leaves rows that refer to nothing')
    })
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    throw new DatabaseProblem(
      'migration-failed',
      `Migration ${current} failed (${cause}). Nothing was changed in ${db.name}. Start the Evenkeel that was used before, and report this message.`,
      { cause: error },
    )
  } finally {
    db.pragma('foreign_keys = ON')
  }
}

/** Applies what is missing. Throws `DatabaseProblem`; the database is then exactly as it was. */
export function migrate(db: Db, options: MigrateOptions): Migrated {
  const migrations = readMigrations(options.migrations)
  const applied = readApplied(db)
  checkApplied(db, applied, migrations)
  const pending = migrations.slice(applied.length)
  if (pending.length === 0) return { applied: [], backup: null }
  let backup: string | null = null
  if (applied.length > 0) {
    backup = join(options.backups, backupName(options.now, `before-${(pending[0] as Migration).name.slice(0, 4)}`))
    try {
      backupTo(db, backup)
    } catch (error) {
      throw toProblem(error, `${db.name} (backup before the migration)`)
    }
  }
  applyAll(db, pending, options.now)
  if (backup !== null) pruneBackups(options.backups, KEPT_BACKUPS)
  return { applied: pending.map((migration) => migration.name), backup }
}
