/**
 * One process per data directory. The lock is an exclusive SQLite transaction on an empty file of its own, so the operating
 * system releases it however the process ends: there are no stale locks, not even in containers where every process is number 1.
 */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { DatabaseProblem, problemCode, toProblem } from './problem.ts'

/** Takes the lock of a directory; the answer releases it. Throws `DatabaseProblem`, `in-use` naming the holder where another process has it. Writes nothing that it needs. */
export function lockDirectory(directory: string): () => void {
  const file = join(directory, 'evenkeel.lock')
  const holder = join(directory, 'evenkeel.pid')
  let lock: Database.Database | undefined
  try {
    // Opened here first: SQLite does not say why it cannot open a file.
    closeSync(openSync(file, 'a', 0o600))
    lock = new Database(file, { timeout: 0 })
    // A journal in a file would have to be written, and a full disk would keep everybody out.
    lock.pragma('journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    if (problemCode(error) !== 'locked') throw toProblem(error, join(directory, 'evenkeel.db'))
    throw new DatabaseProblem(
      'in-use',
      `Another Evenkeel${holderOf(holder)} already uses the data directory ${directory}. Stop it first, or give this one a directory of its own (--data DIR).`,
      { cause: error },
    )
  }
  const held = lock
  // Only for the message that a second process gets.
  attempt(() => writeFileSync(holder, `${process.pid}\n`))
  return () => {
    if (!held.open) return
    attempt(() => rmSync(holder, { force: true }))
    held.close()
  }
}

function attempt(run: () => void): void {
  try {
    run()
  } catch {
    // A full disk, or a directory that may only be read.
  }
}

function holderOf(file: string): string {
  try {
    return ` (process ${readFileSync(file, 'utf8').trim()})`
  } catch {
    return ''
  }
}
