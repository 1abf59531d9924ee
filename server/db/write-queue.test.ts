import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StorageStatus } from '../../shared/api/live.ts'
import { insertAudit, listAudit } from './audit.ts'
import type { Db } from './handle.ts'
import { type TemporaryDatabase, temporaryDatabase } from './testing.ts'
import { WriteQueue } from './write-queue.ts'

let data: TemporaryDatabase
beforeEach(() => {
  data = temporaryDatabase()
})
afterEach(() => data.remove())

function write(subject: string) {
  return {
    rows: 1,
    run: (db: Db) => {
      insertAudit(db, { at: 1, actor: 'a', action: 'b', subject })
    },
  }
}

function stored(db: Db): string[] {
  return listAudit(db, { limit: 100_000 }).map(({ subject }) => subject)
}

test('writes are stored by a flush, together and in order', () => {
  const { db } = data.open()
  const queue = new WriteQueue({ db })
  queue.add(write('one'))
  queue.add(write('two'))
  expect(stored(db)).toEqual([])
  expect(queue.waiting()).toBe(2)
  expect(queue.flush()).toBe(true)
  expect(stored(db)).toEqual(['two', 'one'])
  expect(queue.status()).toMatchObject({ condition: 'ok', problem: null })
  expect(queue.status().bytes).toBeGreaterThan(4096)
})

test('a read-only database: nothing is thrown, nothing lost, the reason is told', () => {
  const { file, close } = data.open()
  close()
  const db = new Database(file, { readonly: true })
  const told: StorageStatus[] = []
  const queue = new WriteQueue({ db, onChange: (status) => told.push(status) })
  queue.add(write('kept'))
  expect(queue.flush()).toBe(false)
  expect(queue.flush()).toBe(false)
  expect(queue.attempt(write('at once').run)).toBe(false)
  expect(queue.waiting()).toBe(1)
  expect(told).toHaveLength(1)
  expect(told[0]?.condition).toBe('failing')
  expect(told[0]?.problem).toMatch(/cannot be written to.*Traffic and health checks go on.*writable/)
  db.close()
})

test('a full disk: rows wait and are stored once there is room again', () => {
  const { db } = data.open()
  const told: string[] = []
  const queue = new WriteQueue({ db, onChange: ({ condition }) => told.push(condition) })
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`)
  for (let index = 0; index < 50; index++) queue.add(write(`${index}-${'x'.repeat(1000)}`))
  expect(queue.flush()).toBe(false)
  expect(queue.status().problem).toContain('the disk is full')
  expect(stored(db)).toHaveLength(0)
  db.pragma('max_page_count = 1000000')
  queue.add(write('later'))
  expect(queue.flush()).toBe(true)
  expect(stored(db)).toHaveLength(51)
  expect(queue.waiting()).toBe(0)
  expect(told).toEqual(['failing', 'ok'])
})

test('a database locked by another program does not hold up the caller for long', () => {
  const { db, file } = data.open()
  const other = new Database(file)
  const queue = new WriteQueue({ db })
  other.exec('BEGIN IMMEDIATE')
  queue.add(write('waits'))
  const began = performance.now()
  expect(queue.flush()).toBe(false)
  expect(performance.now() - began).toBeLessThan(1000)
  expect(queue.status().problem).toContain('another program holds the database')
  other.exec('ROLLBACK')
  other.close()
  expect(queue.flush()).toBe(true)
  expect(stored(db)).toEqual(['waits'])
  expect(db.pragma('busy_timeout', { simple: true })).toBe(2000)
})

test('past the bound the oldest rows are given up and counted', () => {
  const { db } = data.open()
  const queue = new WriteQueue({ db, mostRows: 3 })
  const left: string[] = []
  db.pragma('query_only = ON')
  for (const subject of ['a', 'b', 'c', 'd', 'e']) queue.add({ ...write(subject), left: () => left.push(subject) })
  queue.flush()
  expect(left).toEqual(['a', 'b'])
  expect(queue.dropped()).toBe(2)
  expect(queue.status().problem).toContain('2 rows had to be given up')
  db.pragma('query_only = OFF')
  queue.flush()
  expect(stored(db)).toEqual(['e', 'd', 'c'])
})

test('one wrong write does not hold up the others, and is reported', () => {
  const { db } = data.open()
  const defects: unknown[] = []
  const queue = new WriteQueue({ db, onDefect: (error) => defects.push(error) })
  queue.add(write('one'))
  queue.add({
    rows: 1,
    run: (target) => {
      insertAudit(target, { at: 1, actor: 'a', action: 'b', subject: 'half' })
      throw new TypeError('wrong')
    },
  })
  queue.add(write('two'))
  expect(queue.flush()).toBe(true)
  expect(stored(db)).toEqual(['two', 'one'])
  expect(defects).toEqual([new TypeError('wrong')])
  expect(queue.status().condition).toBe('ok')
})

test('a closed database is a problem, not an exception', () => {
  const { db, close } = data.open()
  const queue = new WriteQueue({ db })
  close()
  queue.add(write('late'))
  expect(queue.flush()).toBe(false)
  expect(queue.status().condition).toBe('failing')
})
