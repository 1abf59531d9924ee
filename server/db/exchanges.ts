/** Errors and slow requests of the log of requests. Bounded by age and by number: of too many, those of the most frequent kinds go first. */
import { backendsOf, type ExchangesQuery, kindOf } from '../../shared/api/exchanges.ts'
import type { ExchangeRecord } from '../../shared/api/records.ts'
import { type Db, statement } from './handle.ts'
import { getMeta, setMeta } from './meta.ts'

/** Most exchanges kept, whatever their age: about 60 MB, 200 at worst. */
export const MOST_EXCHANGES = 50_000
/** Longest document, in characters: what led to a choice among hundreds of backends is worth less than room for other requests. */
const LONGEST_DOCUMENT = 4096
/** Longest path that is stored. */
const LONGEST_PATH = 1024
/** A name has at most 253 letters (RFC 1035 §2.3.4), a method of any use far fewer; longer ones are attacks. */
const LONGEST_HOST = 255
const LONGEST_METHOD = 32
const HOUR_MS = 3_600_000

const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS

/** An exchange that the log has numbered. */
export type NumberedExchange = ExchangeRecord & { seq: number }

function documentOf(exchange: ExchangeRecord): string {
  const whole = JSON.stringify(exchange)
  if (whole.length <= LONGEST_DOCUMENT) return whole
  const { why: _, path, host, method, ...rest } = exchange
  const short = {
    path: cutTo(path, LONGEST_PATH),
    host: cutTo(host, LONGEST_HOST),
    method: cutTo(method, LONGEST_METHOD),
  }
  return JSON.stringify({ ...rest, ...short })
}

function cutTo(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

export function insertExchange(db: Db, exchange: NumberedExchange): void {
  statement(
    db,
    `INSERT OR REPLACE INTO exchanges (seq, at, id, kind, logged_because, status, outcome, not_retried, listener, route, pool,
       backends, method, host, path, client, total_ms, document)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    exchange.seq,
    exchange.at,
    exchange.id,
    kindOf(exchange),
    exchange.loggedBecause,
    exchange.status,
    exchange.outcome,
    exchange.notRetried ?? null,
    exchange.listener,
    exchange.route,
    exchange.pool,
    ` ${backendsOf(exchange).join(' ')} `,
    cutTo(exchange.method, LONGEST_METHOD),
    cutTo(exchange.host, LONGEST_HOST).toLowerCase(),
    cutTo(exchange.path, LONGEST_PATH).toLowerCase(),
    exchange.client,
    exchange.totalMs,
    documentOf(exchange),
  )
}

/** Counts exchanges that are in no row, for the hour of `at` (epoch milliseconds). */
export function addLeftOut(db: Db, at: number, number: number): void {
  if (number === 0) return
  statement(
    db,
    `INSERT INTO exchanges_left_out (hour, number) VALUES (?, ?)
     ON CONFLICT (hour) DO UPDATE SET number = number + excluded.number`,
  ).run(hourOf(at), number)
}

/** Largest number in use; 0 when there is none. */
export function lastExchangeSeq(db: Db): number {
  return statement<{ seq: number }>(db, 'SELECT COALESCE(MAX(seq), 0) AS seq FROM exchanges').get()?.seq ?? 0
}

interface Row {
  document: string
}

const toRecord = ({ document }: Row): NumberedExchange => JSON.parse(document)

/** Newest first. */
export function listExchanges(db: Db, query: ExchangesQuery): NumberedExchange[] {
  const conditions = ['seq < ?']
  const values: (string | number)[] = [query.beforeSeq ?? Number.MAX_SAFE_INTEGER]
  const where = (condition: string, ...given: (string | number | undefined)[]) => {
    if (given.includes(undefined)) return
    conditions.push(condition)
    values.push(...(given as (string | number)[]))
  }
  const { status } = query
  if (status?.endsWith('xx')) where('status BETWEEN ? AND ?', Number(status[0]) * 100, Number(status[0]) * 100 + 99)
  else where('status = ?', status === undefined ? undefined : Number(status))
  where('id = ?', query.id)
  where('listener = ?', query.listener)
  where('route = ?', query.route)
  where('pool = ?', query.pool)
  where('instr(backends, ?) > 0', query.backend === undefined ? undefined : ` ${query.backend} `)
  where('method = ?', query.method?.toUpperCase())
  where('instr(path, ?) > 0', query.path?.toLowerCase())
  where('instr(host, ?) > 0', query.host?.toLowerCase())
  where('instr(client, ?) = 1', query.client)
  where('total_ms >= ?', query.minMs)
  where('outcome = ?', query.outcome)
  where('not_retried = ?', query.notRetried)
  where('logged_because = ?', query.loggedBecause)
  where('at >= ?', query.from)
  where('at <= ?', query.to)
  where('at < ?', query.before)
  const sql = `SELECT document FROM exchanges WHERE ${conditions.join(' AND ')} ORDER BY seq DESC LIMIT ?`
  // Not kept: there are too many different ones.
  return db
    .prepare<unknown[], Row>(sql)
    .all(...values, query.limit)
    .map(toRecord)
}

/** The newest with this id. */
export function findExchange(db: Db, id: string): NumberedExchange | undefined {
  const row = statement<Row>(db, 'SELECT document FROM exchanges WHERE id = ? ORDER BY seq DESC LIMIT 1').get(id)
  return row && toRecord(row)
}

/** Since when everything is stored or counted as left out, epoch milliseconds, and how many are left out. */
export function exchangeReach(db: Db): { since: number; leftOut: number } {
  const leftOut = statement<{ number: number }>(
    db,
    'SELECT COALESCE(SUM(number), 0) AS number FROM exchanges_left_out',
  ).get()
  return { since: Number(getMeta(db, 'exchanges-since') ?? 0), leftOut: leftOut?.number ?? 0 }
}

/** Removes exchanges that began before `before` (epoch milliseconds), and then those beyond `most`, the oldest of the most frequent kinds first. */
export function pruneExchanges(db: Db, before: number, most = MOST_EXCHANGES): void {
  statement(db, 'DELETE FROM exchanges WHERE at < ?').run(before)
  statement(db, 'DELETE FROM exchanges_left_out WHERE hour < ?').run(hourOf(before))
  if (before > Number(getMeta(db, 'exchanges-since') ?? 0)) setMeta(db, 'exchanges-since', String(before))
  const surplus = (statement<{ rows: number }>(db, 'SELECT COUNT(*) AS rows FROM exchanges').get()?.rows ?? 0) - most
  if (surplus <= 0) return
  const gone = statement<{ at: number }>(
    db,
    `DELETE FROM exchanges WHERE seq IN (
       SELECT seq FROM (SELECT seq, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY seq DESC) AS nth FROM exchanges)
       ORDER BY nth DESC, seq LIMIT ?)
     RETURNING at`,
  ).all(surplus)
  const hours = new Map<number, number>()
  for (const { at } of gone) hours.set(hourOf(at), (hours.get(hourOf(at)) ?? 0) + 1)
  for (const [hour, number] of hours) addLeftOut(db, hour, number)
}
