/**
 * One process per data directory. The lock is an exclusive SQLite transaction on an empty file of its own, so the operating
 * system releases it however the process ends: there are no stale locks, not even in containers where every process is number 1.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { DatabaseProblem, problemCode, toProblem } from './problem.ts'

/** Takes the lock of a directory; the answer releases it. Throws `DatabaseProblem` (`locked`) naming the holder. */
export function lockDirectory(directory: string): () => void {
  const file = join(directory, 'evenkeel.lock')
  const holder = join(directory, 'evenkeel.pid')
  let lock: Database.Database | undefined
  try {
    lock = new Database(file, { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    writeFileSync(holder, `${process.pid}\n`)
  } catch (error) {
    lock?.close()
    if (problemCode(error) !== 'locked') throw toProblem(error, file)
    throw new DatabaseProblem(
      'locked',
      `Another Evenkeel${holderOf(holder)} already uses the data directory ${directory}. Stop it first, or give this one a directory of its own (--data DIR).`,
      { cause: error },
    )
  }
  const held = lock
  return () => {
    if (!held.open) return
    rmSync(holder, { force: true })
    held.close()
  }
}

function holderOf(file: string): string {
  try {
    return ` (process ${readFileSync(file, 'utf8').trim()})`
  } catch {
    return ''
  }
}
