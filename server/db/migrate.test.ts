import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listBackups } from './backup.ts'
import type { Db } from './handle.ts'
import { readMigrations } from './migrate.ts'
import { DatabaseProblem } from './problem.ts'
import { commitRevision, latestRevision } from './revisions.ts'
import { type TemporaryDatabase, temporaryDatabase } from './testing.ts'

const released = join(import.meta.dirname, '..', '..', 'migrations')
let data: TemporaryDatabase
let migrations: string
beforeEach(() => {
  data = temporaryDatabase()
  migrations = join(data.directory, 'migrations')
  cpSync(join(released, '0001_initial.sql'), join(migrations, '0001_initial.sql'))
})
afterEach(() => data.remove())

function add(name: string, sql: string) {
  mkdirSync(migrations, { recursive: true })
  writeFileSync(join(migrations, name), sql)
}

/** Everything a database says: its schema and its rows. */
function contents(db: Db): unknown {
  const tables = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name").all() as {
    name: string
  }[]
  return tables.map((table) => [table, db.prepare(`SELECT * FROM "${table.name}"`).all()])
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof DatabaseProblem) return error.code
    throw error
  }
  return 'none'
}

/** A database with one revision, closed again. */
function existing(): unknown {
  const { db, close } = data.open({ migrations })
  commitRevision(db, { base: 0, document: {}, author: 'ada', summary: 'kept', at: 1 })
  const all = contents(db)
  close()
  return all
}

test('the released migrations can be read and are complete', () => {
  expect(readMigrations(released)[0]?.name).toBe('0001_initial.sql')
})

test('a database of the first version is brought to this one, with everything in it', () => {
  existing()
  const { db, migrated } = data.open()
  expect(migrated.applied).toEqual(
    readMigrations(released)
      .slice(1)
      .map(({ name }) => name),
  )
  expect(migrated.backup).not.toBeNull()
  expect(latestRevision(db)?.summary).toBe('kept')
})

test('new migrations are applied in order after a backup of what was there', () => {
  existing()
  add('0002_notes.sql', 'CREATE TABLE notes (text TEXT);')
  add('0003_note.sql', "INSERT INTO notes VALUES ('second ran before third');")
  const { db, migrated, backups, close } = data.open({ migrations })
  expect(migrated.applied).toEqual(['0002_notes.sql', '0003_note.sql'])
  expect(db.prepare('SELECT text FROM notes').all()).toHaveLength(1)
  expect(latestRevision(db)?.summary).toBe('kept')
  expect(migrated.backup).toBe(join(backups, 'evenkeel-20260102T030405000Z-before-0002.db'))
  expect(readdirSync(backups)).toHaveLength(1)
  close()
  expect(data.open({ migrations }).migrated).toEqual({ applied: [], backup: null })
})

test('a migration that fails half-way leaves schema and rows exactly as they were', () => {
  const before = existing()
  add('0002_good.sql', 'CREATE TABLE good (x); DELETE FROM revisions;')
  add('0003_bad.sql', 'CREATE TABLE worse (x); INSERT INTO nowhere VALUES (1);')
  expect(() => data.open({ migrations })).toThrow(/0003_bad\.sql failed .*no such table: nowhere.*Nothing was changed/)
  rmSync(join(migrations, '0002_good.sql'))
  rmSync(join(migrations, '0003_bad.sql'))
  const { db } = data.open({ migrations })
  expect(contents(db)).toEqual(before)
})

test('a migration that breaks a reference is refused', () => {
  existing()
  add('0002_orphan.sql', "INSERT INTO sessions VALUES (x'00', 'nobody', 1, 2, 1, '', '');")
  expect(() => data.open({ migrations })).toThrow(/refer to nothing/)
})

test('a migration cannot end the transaction it runs in', () => {
  const before = existing()
  add('0002_commit.sql', 'COMMIT;')
  expect(codeOf(() => data.open({ migrations }))).toBe('migration-failed')
  rmSync(join(migrations, '0002_commit.sql'))
  const { db } = data.open({ migrations })
  expect(contents(db)).toEqual(before)
})

test('an edited migration is refused; other line ends are no edit', () => {
  existing()
  const sql = readMigrations(migrations)
    .map((migration) => migration.sql)
    .join('')
  add('0001_initial.sql', sql.replaceAll('\n', '\r\n'))
  data.open({ migrations }).close()
  add('0001_initial.sql', `${sql}\n-- one more line`)
  expect(codeOf(() => data.open({ migrations }))).toBe('migration-edited')
})

test('a database of a newer version is refused with both names', () => {
  cpSync(released, migrations, { recursive: true })
  const newest = readMigrations(released).at(-1)
  const future = `${String((newest?.number ?? 0) + 1).padStart(4, '0')}_future.sql`
  add(future, 'CREATE TABLE future (x);')
  data.open({ migrations }).close()
  expect(() => data.open()).toThrow(`newer Evenkeel (it has migration ${future}, this one ends at ${newest?.name})`)
  expect(codeOf(() => data.open())).toBe('newer-version')
})

test('a missing number is refused', () => {
  add('0003_gap.sql', 'SELECT 1;')
  expect(codeOf(() => data.open({ migrations }))).toBe('migration-failed')
})

test('the newest five backups stay', () => {
  existing()
  for (let number = 2; number <= 8; number++) {
    add(`000${number}_step.sql`, `CREATE TABLE step${number} (x);`)
    data.open({ migrations, now: number * 1000 }).close()
  }
  const kept = listBackups(join(data.directory, 'backups'))
  expect(kept.map(({ file }) => file.slice(-7))).toEqual(['0008.db', '0007.db', '0006.db', '0005.db', '0004.db'])
})
