/** Events: what happened, with evidence. Numbered by the event log. */
import type { z } from 'zod'
import type { EventKind, EventRecord, eventsQuerySchema } from '../../shared/api/records.ts'
import { type Db, statement, toJson } from './handle.ts'

export type EventsQuery = z.output<typeof eventsQuerySchema>

interface EventRow {
  id: number
  at: number
  kind: EventKind
  severity: EventRecord['severity']
  message: string
  pool: string | null
  /** Between commas: ",app,shop,". */
  pools: string | null
  backend: string | null
  revision: number | null
  actor: string | null
  detail: string | null
}

export function insertEvent(db: Db, event: EventRecord): void {
  statement(
    db,
    `INSERT INTO events (id, at, kind, severity, message, pool, pools, backend, revision, actor, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    event.id,
    event.at,
    event.kind,
    event.severity,
    event.message,
    event.pool ?? null,
    event.pools === undefined || event.pools.length === 0 ? null : `,${event.pools.join(',')},`,
    event.backend ?? null,
    event.revision ?? null,
    event.actor ?? null,
    toJson(event.detail),
  )
}

/** Largest id in use; 0 when there is none. */
export function lastEventId(db: Db): number {
  return statement<{ id: number }>(db, 'SELECT COALESCE(MAX(id), 0) AS id FROM events').get()?.id ?? 0
}

/** Newest first; `before` of the query is the smallest id of the page before. */
export function listEvents(db: Db, query: EventsQuery): EventRecord[] {
  const conditions = ['id < ?']
  const values: (string | number)[] = [query.before ?? Number.MAX_SAFE_INTEGER]
  const where = (condition: string, value: string | number | undefined) => {
    if (value === undefined) return
    conditions.push(condition)
    values.push(value)
  }
  where('kind = ?', query.kind)
  if (query.pool !== undefined) {
    conditions.push('(pool = ? OR instr(pools, ?) > 0)')
    values.push(query.pool, `,${query.pool},`)
  }
  where('backend = ?', query.backend)
  where('at >= ?', query.from)
  where('at <= ?', query.to)
  return statement<EventRow>(db, `SELECT * FROM events WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`)
    .all(...values, query.limit)
    .map(toRecord)
}

/** Removes the oldest events up to the first one from `before` (epoch milliseconds) on; the newest always stays, so that ids go on. Returns how many. */
export function pruneEvents(db: Db, before: number): number {
  return statement(
    db,
    `DELETE FROM events WHERE id <
      COALESCE((SELECT id FROM events WHERE at >= ? ORDER BY id LIMIT 1), (SELECT MAX(id) FROM events))`,
  ).run(before).changes
}

function toRecord({ pool, pools, backend, revision, actor, detail, ...row }: EventRow): EventRecord {
  return {
    ...row,
    ...(pool !== null && { pool }),
    ...(pools !== null && { pools: pools.slice(1, -1).split(',') }),
    ...(backend !== null && { backend }),
    ...(revision !== null && { revision }),
    ...(actor !== null && { actor }),
    ...(detail !== null && { detail: JSON.parse(detail) }),
  }
}
