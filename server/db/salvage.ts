/**
 * Reads what can be read of a database that cannot be opened in the ordinary way: on a full disk, in a directory that may not be written,
 * or damaged. It works on a copy and never touches the file.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type Db, statement } from './handle.ts'

export type Row = Record<string, unknown>

/** Files larger than this are not loaded into memory, bytes. */
const MOST_IN_MEMORY = 1024 * 1024 * 1024

const MAGIC = Buffer.from('SQLite format 3\0')

/** Opens copies of a file, best first, and gives each to `read` until one is read whole; answers the fullest reading. */
export function readCopies<Result>(
  file: string,
  read: (db: Db) => { result: Result; rows: number; whole: boolean },
): Result | undefined {
  let best: { result: Result; rows: number } | undefined
  for (const open of [copied, loaded]) {
    try {
      const { db, close } = open(file)
      try {
        const found = read(db)
        if (found.whole) return found.result
        if (best === undefined || found.rows > best.rows) best = found
      } finally {
        close()
      }
    } catch {
      // Not this way; the next one may do.
    }
  }
  return best?.result
}

/** What is wrong with a file before anything of it is read as a database; null when it looks like one. */
export function headerDamage(file: string): string | null {
  const bytes = Buffer.alloc(MAGIC.length)
  const descriptor = openSync(file, 'r')
  try {
    if (readSync(descriptor, bytes, 0, bytes.length, 0) === 0) return 'the file is empty'
  } finally {
    closeSync(descriptor)
  }
  return bytes.equals(MAGIC) ? null : 'it does not begin as a database does'
}

/** With its log, in the directory for temporary files: exact, where there is room. */
function copied(file: string): { db: Db; close: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-read-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    const copy = join(directory, 'copy.db')
    for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix)
    const db = new Database(copy)
    return {
      db,
      close: () => {
        db.close()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** In memory: without what is only in the log, and with a header of ours where there is none. */
function loaded(file: string): { db: Db; close: () => void } {
  if (statSync(file).size > MOST_IN_MEMORY) throw new Error('too large to be read into memory')
  const bytes = readFileSync(file)
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) writeHeader(bytes)
  // Not "write-ahead log": there is none beside memory.
  bytes[18] = 1
  bytes[19] = 1
  const db = new Database(bytes)
  return { db, close: () => db.close() }
}

/** The header of a database as we make it, for a file whose first bytes are gone; https://www.sqlite.org/fileformat2.html#the_database_header */
function writeHeader(bytes: Buffer): void {
  if (bytes.length < 512) throw new Error('too small to be a database')
  bytes.fill(0, 0, 100)
  MAGIC.copy(bytes)
  bytes.writeUInt16BE(4096, 16)
  bytes[21] = 64
  bytes[22] = 32
  bytes[23] = 32
  bytes.writeUInt32BE(1, 24)
  bytes.writeUInt32BE(Math.ceil(bytes.length / 4096), 28)
  bytes.writeUInt32BE(4, 44)
  bytes.writeUInt32BE(1, 56)
  bytes.writeUInt32BE(1, 92)
}

export interface TableReading {
  rows: Row[]
  /** Nothing stopped the reading. */
  whole: boolean
}

/** All that can be read of a table, newest first: from the back until damage stops it, and then from the front. Rows may come twice. */
export function* tableRows(db: Db, table: string, key: readonly string[], outcome: { whole: boolean }): Generator<Row> {
  outcome.whole = true
  for (const order of ['DESC', 'ASC']) {
    try {
      const orders = key.map((name) => `${name} ${order}`).join(', ')
      yield* db.prepare(`SELECT * FROM ${table} ORDER BY ${orders}`).iterate() as Iterable<Row>
      return
    } catch {
      outcome.whole = false
    }
  }
}

/** The newest rows of a table, each once. `most`: how many are wanted. */
export function readTable(db: Db, table: string, key: readonly string[], most = Number.MAX_SAFE_INTEGER): TableReading {
  const rows = new Map<string, Row>()
  const outcome = { whole: true }
  for (const row of tableRows(db, table, key, outcome)) {
    const text = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('hex') : value)
    rows.set(JSON.stringify(key.map((name) => text(row[name]))), row)
    if (rows.size >= most) break
  }
  return { rows: [...rows.values()], whole: outcome.whole }
}

/**
 * Puts rows into a table of a database of ours; columns that it does not have are left out, rows that are there already or do not fit are
 * skipped. Answers how many went in.
 */
export function insertRows(db: Db, table: string, rows: Iterable<Row>): number {
  const known = new Set((db.pragma(`table_info(${table})`) as { name: string }[]).map((column) => column.name))
  let inserted = 0
  for (const row of rows) {
    const columns = Object.keys(row).filter((name) => known.has(name))
    const places = columns.map(() => '?').join(', ')
    try {
      inserted += statement(db, `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${places})`).run(
        ...columns.map((name) => row[name]),
      ).changes
    } catch {
      // A row that damage has made impossible.
    }
  }
  return inserted
}
