/** Copies of the whole database: one file each, complete at the moment it was made. */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Db } from './handle.ts'

/** How many backups made before migrations are kept. */
export const KEPT_BACKUPS = 5
const NAME = /^evenkeel-\d{8}T\d{9}Z(-[a-z0-9-]+)?\.db$/

export interface Backup {
  file: string
  /** When it was made; epoch milliseconds. */
  at: number
  bytes: number
}

/**
 * Copies the database to `file`, which must not exist. Written beside it first and renamed when it is safely on the disk, so
 * a file with that name is always whole. Throws what SQLite or the file system reports.
 */
export function backupTo(db: Db, file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const partial = `${file}.partial`
  rmSync(partial, { force: true })
  try {
    db.prepare('VACUUM INTO ?').run(partial)
    chmodSync(partial, 0o600)
    const descriptor = openSync(partial, 'r+')
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(partial, file)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}

/** Name of a backup made at `at` (epoch milliseconds); sorts by time. `why` is a short word such as `before-0002`. */
export function backupName(at: number, why?: string): string {
  const stamp = new Date(at).toISOString().replace(/[-:.]/g, '')
  return why === undefined ? `evenkeel-${stamp}.db` : `evenkeel-${stamp}-${why}.db`
}

/** Backups in a directory, newest first; none when there is no such directory. */
export function listBackups(directory: string): Backup[] {
  let names: string[]
  try {
    names = readdirSync(directory)
  } catch {
    return []
  }
  return names
    .filter((name) => NAME.test(name))
    .sort()
    .reverse()
    .map((name) => {
      const file = join(directory, name)
      const { mtimeMs, size } = statSync(file)
      return { file, at: Math.round(mtimeMs), bytes: size }
    })
}

/** Removes all but the newest backups of a directory. */
export function pruneBackups(directory: string, keep = KEPT_BACKUPS): void {
  for (const backup of listBackups(directory).slice(keep)) rmSync(backup.file, { force: true })
}
