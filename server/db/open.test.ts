import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backupName, backupTo } from './backup.ts'
import { readMigrations } from './migrate.ts'
import { openDatabase } from './open.ts'
import { adviceFor, DatabaseProblem, problemCode, toProblem } from './problem.ts'
import { commitRevision, latestRevision } from './revisions.ts'
import { type TemporaryDatabase, temporaryDatabase } from './testing.ts'

let data: TemporaryDatabase
beforeEach(() => {
  data = temporaryDatabase()
})
afterEach(() => data.remove())

const revision = { base: 0, document: {}, author: 'ada', summary: 'first', at: 1 }

function problemOf(run: () => unknown): DatabaseProblem {
  try {
    run()
  } catch (error) {
    if (error instanceof DatabaseProblem) return error
    throw error
  }
  throw new Error('expected a DatabaseProblem')
}

/** Overwrites the middle of the file with nonsense. */
function damage(file: string) {
  const bytes = readFileSync(file)
  bytes.fill(0x5a, 100, 9000)
  writeFileSync(file, bytes)
}

test('a fresh directory gets a database that survives loss of power and only its owner reads', () => {
  const { db, file, migrated, setAside } = data.open()
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  expect(db.pragma('synchronous', { simple: true })).toBe(2)
  expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(migrated).toEqual({
    applied: readMigrations(join(import.meta.dirname, '..', '..', 'migrations')).map(({ name }) => name),
    backup: null,
  })
  expect(setAside).toBeNull()
})

test('what was stored is there after closing and opening', () => {
  const first = data.open()
  commitRevision(first.db, revision)
  first.close()
  first.close()
  const second = data.open()
  expect(latestRevision(second.db)?.number).toBe(1)
  expect(second.migrated.applied).toEqual([])
})

test('a second Evenkeel on the same directory is refused and told which process holds it', () => {
  const first = data.open()
  const problem = problemOf(() => data.open())
  expect(problem.code).toBe('in-use')
  expect(problem.message).toContain(`process ${process.pid}`)
  expect(problem.message).toContain('--data')
  first.close()
  data.open()
})

test('a killed process leaves no lock behind', async () => {
  const code = `import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'open.ts'))}
    openDatabase(${JSON.stringify(data.directory)}, { now: Date.now() })
    console.log('open')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  expect(problemOf(() => data.open()).message).toContain(`process ${child.pid}`)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(data.open().db.open).toBe(true)
})

test('a damaged file is refused, nothing is changed, and the way out is named', () => {
  const { db, file, backups, close } = data.open()
  commitRevision(db, revision)
  backupTo(db, join(backups, backupName(1000)))
  backupTo(db, join(backups, backupName(2000)))
  close()
  damage(file)
  const before = readFileSync(file)
  const problem = problemOf(() => data.open())
  expect(problem.code).toBe('corrupt')
  expect(problem.message).toContain('npm run restore')
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('a damaged file is set aside with its log, not deleted, when a fresh one is allowed', () => {
  const { file, close } = data.open()
  close()
  damage(file)
  writeFileSync(`${file}-wal`, 'remains of a log')
  const damaged = readFileSync(file)
  const opened = data.open({ allowFresh: true })
  expect(opened.setAside).toBe(`${file}.corrupt-20260102T030405000Z`)
  expect(readFileSync(opened.setAside as string).equals(damaged)).toBe(true)
  expect(latestRevision(opened.db)).toBeUndefined()
})

test('a file that is no database at all counts as damaged', () => {
  writeFileSync(join(data.directory, 'evenkeel.db'), 'these are not the bytes of a database, whatever they are')
  const problem = problemOf(() => data.open())
  expect(problem.code).toBe('corrupt')
  expect(problem.message).toContain('Nothing was changed or deleted')
})

test('a file cut to nothing where there are backups is not taken for a new one', () => {
  const { db, file, backups, close } = data.open()
  backupTo(db, join(backups, backupName(1000)))
  close()
  truncateSync(file)
  expect(problemOf(() => data.open()).code).toBe('corrupt')
})

test('a failed opening releases the lock', () => {
  const file = join(data.directory, 'evenkeel.db')
  writeFileSync(file, 'not a database, and long enough to be read as one, so it is refused')
  problemOf(() => data.open())
  expect(problemOf(() => data.open()).code).toBe('corrupt')
  expect(existsSync(join(data.directory, 'evenkeel.pid'))).toBe(false)
})

test('a backup is whole, can be opened, and leaves nothing half-written', () => {
  const { db, file, backups, close } = data.open()
  commitRevision(db, revision)
  const backup = join(backups, backupName(1000, 'by-hand'))
  backupTo(db, backup)
  close()
  writeFileSync(file, readFileSync(backup))
  expect(latestRevision(data.open().db)?.summary).toBe('first')
  expect(readdirSync(backups)).toEqual([backupName(1000, 'by-hand')])
})

test('a data directory that is a file is told as such', () => {
  const file = join(data.directory, 'file')
  writeFileSync(file, '')
  const problem = problemOf(() => openDatabase(file, { now: 1 }))
  expect(problem.code).toBe('unavailable')
  expect(problem.message).toContain('Check that the data directory is a directory')
})

test.each([
  ['SQLITE_FULL', 'disk-full'],
  ['ENOSPC', 'disk-full'],
  ['SQLITE_IOERR_SHMSIZE', 'disk-full'],
  ['SQLITE_READONLY_DIRECTORY', 'read-only'],
  ['EROFS', 'read-only'],
  ['EACCES', 'read-only'],
  ['SQLITE_BUSY_SNAPSHOT', 'locked'],
  ['SQLITE_CORRUPT_VTAB', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_IOERR_WRITE', 'unavailable'],
  ['SQLITE_CANTOPEN', 'unavailable'],
] as const)('%s is told as %s, with file and next step', (code, expected) => {
  const error = Object.assign(new Error('cause'), { code })
  expect(problemCode(error)).toBe(expected)
  const problem = toProblem(error, '/data/evenkeel.db') as DatabaseProblem
  expect(problem.message).toContain('/data/evenkeel.db')
  expect(problem.message).toContain(adviceFor(expected))
})

test('a fault of ours stays what it is', () => {
  const error = new TypeError('wrong')
  expect(toProblem(error, 'file')).toBe(error)
  expect(problemCode(Object.assign(new Error(), { code: 'SQLITE_CONSTRAINT_UNIQUE' }))).toBeUndefined()
})
