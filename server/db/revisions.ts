/** Revisions: every saved version of the configuration. The largest number is the one in force. */
import type { RevisionSummary } from '../../shared/api/records.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'
import { insertAudit } from './audit.ts'
import { type Db, inTransaction, statement } from './handle.ts'
import { toProblem } from './problem.ts'

export interface RevisionRecord extends RevisionSummary {
  /** As written: fields left out stay out. */
  document: ConfigDocument
}

export interface NewRevision {
  /** Number of the revision that the change was made from; 0 when there is none yet. */
  base: number
  document: ConfigDocument
  author: string
  /** What changed, in words. */
  summary: string
  /** Epoch milliseconds. */
  at: number
}

export type CommitResult = { ok: true; number: number } | { ok: false; current: number }

interface RevisionRow extends RevisionSummary {
  document: string
}

/** Number of the revision in force; 0 when there is none yet. */
export function currentRevision(db: Db): number {
  return (
    statement<{ number: number }>(db, 'SELECT COALESCE(MAX(number), 0) AS number FROM revisions').get()?.number ?? 0
  )
}

/**
 * Stores a revision and its audit entry in one transaction, unless another was stored since `base`. When it returns, the
 * revision is on the disk. Throws `DatabaseProblem` when it cannot be written; nothing is stored then.
 */
export function commitRevision(db: Db, revision: NewRevision): CommitResult {
  try {
    return inTransaction(db, () => {
      const current = currentRevision(db)
      if (current !== revision.base) return { ok: false, current }
      const number = current + 1
      statement(db, 'INSERT INTO revisions (number, at, author, summary, document) VALUES (?, ?, ?, ?, ?)').run(
        number,
        revision.at,
        revision.author,
        revision.summary,
        JSON.stringify(revision.document),
      )
      insertAudit(db, {
        at: revision.at,
        actor: revision.author,
        action: 'config.change',
        subject: revision.summary,
        revision: number,
      })
      return { ok: true, number }
    })
  } catch (error) {
    throw toProblem(error, db.name)
  }
}

export function getRevision(db: Db, number: number): RevisionRecord | undefined {
  return toRecord(
    statement<RevisionRow>(db, 'SELECT number, at, author, summary, document FROM revisions WHERE number = ?').get(
      number,
    ),
  )
}

/** The revision in force; undefined on a fresh database. */
export function latestRevision(db: Db): RevisionRecord | undefined {
  return toRecord(
    statement<RevisionRow>(
      db,
      'SELECT number, at, author, summary, document FROM revisions ORDER BY number DESC LIMIT 1',
    ).get(),
  )
}

/** Newest first, without the documents; `before` is the smallest number of the page before. */
export function listRevisions(db: Db, query: { before?: number; limit: number }): RevisionSummary[] {
  return statement<RevisionSummary>(
    db,
    'SELECT number, at, author, summary FROM revisions WHERE number < ? ORDER BY number DESC LIMIT ?',
  ).all(query.before ?? Number.MAX_SAFE_INTEGER, query.limit)
}

/** Removes all but the newest `keep` revisions; the one in force always stays. Returns how many went. */
export function pruneRevisions(db: Db, keep: number): number {
  return statement(db, 'DELETE FROM revisions WHERE number <= (SELECT MAX(number) FROM revisions) - ?').run(
    Math.max(1, keep),
  ).changes
}

function toRecord(row: RevisionRow | undefined): RevisionRecord | undefined {
  return row && { ...row, document: JSON.parse(row.document) as ConfigDocument }
}
