/** Opens the one database of a data directory: locked against a second process, checked for damage, migrated. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { listBackups } from './backup.ts'
import { CONFIG_COPY } from './config-copy.ts'
import type { Db } from './handle.ts'
import { lockDirectory } from './lock.ts'
import { type Migrated, migrate } from './migrate.ts'
import { adviceFor, DatabaseProblem, problemCode, toProblem } from './problem.ts'

export interface OpenOptions {
  /** Epoch milliseconds; used in the names of backups and of files set aside. */
  now: number
  /** Directory of the migrations; default: `migrations/` of this installation. */
  migrations?: string
  /** A damaged file is set aside and a fresh database made; otherwise it is refused and left where it is. Default false. */
  allowFresh?: boolean
}

export interface OpenDatabase {
  db: Db
  file: string
  /** Where backups are kept. */
  backups: string
  migrated: Migrated
  /** Where a damaged file was put; null when there was none. */
  setAside: string | null
  /** Writes back the log, closes the file and releases the lock. May be called twice. */
  close(): void
}

export const MIGRATIONS = join(import.meta.dirname, '..', '..', 'migrations')
/** How long a statement waits for another program (a backup tool, a shell) before it fails, milliseconds. */
export const BUSY_MS = 2000
/** The write-ahead log is cut back to this many bytes after a checkpoint. */
const LOG_BYTES = 16 * 1024 * 1024

/** Opens `directory`/evenkeel.db and makes it when there is none. Throws `DatabaseProblem`. */
export function openDatabase(directory: string, options: OpenOptions): OpenDatabase {
  const file = join(directory, 'evenkeel.db')
  const backups = join(directory, 'backups')
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw toProblem(error, file)
  }
  const unlock = lockDirectory(directory)
  let db: Db | undefined
  try {
    let setAside: string | null = null
    try {
      db = openChecked(file, backups)
    } catch (error) {
      if (problemCode(error) !== 'corrupt') throw error
      if (!options.allowFresh) throw refusal(file, error)
      setAside = moveAside(file, options.now)
      db = openChecked(file, backups)
    }
    const opened = db
    const migrated = migrate(opened, { migrations: options.migrations ?? MIGRATIONS, backups, now: options.now })
    const close = () => {
      if (opened.open) opened.close()
      unlock()
    }
    return { db: opened, file, backups, migrated, setAside, close }
  } catch (error) {
    db?.close()
    unlock()
    throw toProblem(error, file)
  }
}

/** Bytes the database takes on the disk, its log included; 0 when unknown. */
export function databaseBytes(db: Db): number {
  let bytes = 0
  for (const suffix of ['', '-wal']) bytes += statSync(db.name + suffix, { throwIfNoEntry: false })?.size ?? 0
  return bytes
}

function openChecked(file: string, backups: string): Db {
  refuseEmptied(file, backups)
  // Made here and not by SQLite, so that only its owner can read the password hashes in it; the log files inherit the mode.
  closeSync(openSync(file, 'a', 0o600))
  const db = new Database(file, { timeout: BUSY_MS })
  try {
    const findings = db.pragma('quick_check(5)', { simple: false }) as { quick_check: string }[]
    if (findings[0]?.quick_check !== 'ok')
      throw new DatabaseProblem('corrupt', findings.map((finding) => finding.quick_check).join('; '))
    // WAL lets readers and the writer work side by side; FULL waits for the disk at each commit, so a saved revision
    // survives loss of power.
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma(`journal_size_limit = ${LOG_BYTES}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** SQLite takes an empty file for a new database and throws its log away; where there once was data, that would hide a loss. */
function refuseEmptied(file: string, backups: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size !== 0) return
  const logged = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  const copied = existsSync(join(dirname(file), CONFIG_COPY))
  if (logged > 0 || copied || listBackups(backups).length > 0) throw new DatabaseProblem('corrupt', 'the file is empty')
}

function refusal(file: string, error: unknown): DatabaseProblem {
  const cause = error instanceof Error ? error.message : String(error)
  return new DatabaseProblem(
    'corrupt',
    `The database ${file} is damaged (${cause}). Nothing was changed or deleted. ${adviceFor('corrupt')}`,
    { cause: error },
  )
}

/** Puts a damaged file and its log beside itself, under a name with the time. Answers the new name. */
export function moveAside(file: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:.]/g, '')
  const target = `${file}.corrupt-${stamp}`
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix)
  }
  return target
}
