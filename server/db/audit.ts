/** Who changed what. Written in the same transaction as the change where there is one. */
import { type Db, statement, toJson } from './handle.ts'

export interface AuditEntry {
  /** Epoch milliseconds. */
  at: number
  actor: string
  /** What was done, in one word or two: `config.change`, `user.create`. */
  action: string
  /** To what: a revision, a user, a token. */
  subject: string
  revision?: number
  /** Evidence: small and flat, never secret. */
  detail?: Record<string, string | number | boolean | null>
}

export interface AuditRecord extends AuditEntry {
  id: number
}

interface AuditRow {
  id: number
  at: number
  actor: string
  action: string
  subject: string
  revision: number | null
  detail: string | null
}

export function insertAudit(db: Db, entry: AuditEntry): number {
  const { lastInsertRowid } = statement(
    db,
    'INSERT INTO audit (at, actor, action, subject, revision, detail) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(entry.at, entry.actor, entry.action, entry.subject, entry.revision ?? null, toJson(entry.detail))
  return Number(lastInsertRowid)
}

/** Newest first; `before` is the smallest id of the page before. */
export function listAudit(db: Db, query: { before?: number; limit: number }): AuditRecord[] {
  const rows = statement<AuditRow>(db, 'SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?').all(
    query.before ?? Number.MAX_SAFE_INTEGER,
    query.limit,
  )
  return rows.map(({ revision, detail, ...row }) => ({
    ...row,
    ...(revision !== null && { revision }),
    ...(detail !== null && { detail: JSON.parse(detail) }),
  }))
}

/** Removes the oldest entries up to the first one from `before` (epoch milliseconds) on; the newest always stays, so that ids go on. Returns how many. */
export function pruneAudit(db: Db, before: number): number {
  return statement(
    db,
    `DELETE FROM audit WHERE id <
      COALESCE((SELECT id FROM audit WHERE at >= ? ORDER BY id LIMIT 1), (SELECT MAX(id) FROM audit))`,
  ).run(before).changes
}
