/** Databases for tests: real files in directories that go away afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenDatabase, type OpenOptions, openDatabase } from './open.ts'

export interface TemporaryDatabase {
  directory: string
  open(options?: Partial<OpenOptions>): OpenDatabase
  /** Closes what was opened and removes the directory. */
  remove(): void
}

/** An empty data directory. */
export function temporaryDatabase(): TemporaryDatabase {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-db-'))
  const opened: OpenDatabase[] = []
  return {
    directory,
    open(options) {
      const database = openDatabase(directory, { now: Date.UTC(2026, 0, 2, 3, 4, 5), ...options })
      opened.push(database)
      return database
    },
    remove() {
      for (const database of opened) database.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
