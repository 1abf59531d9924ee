/** Bearer tokens of programs. Only the SHA-256 of a token's secret is stored. */
import type { Role, TokenSummary } from '../../shared/api/bodies.ts'
import { type Db, statement } from './handle.ts'
import { hashSecret } from './secret.ts'

export interface NewToken {
  id: string
  /** What it is for. */
  name: string
  role: Role
  secret: string
  /** Epoch milliseconds. */
  createdAt: number
  createdBy: string
  /** Epoch milliseconds; null: never. */
  expiresAt: number | null
}

const COLUMNS = 'id, name, role, created_at AS createdAt, expires_at AS expiresAt, last_used_at AS lastUsedAt'

export function insertToken(db: Db, token: NewToken): void {
  statement(
    db,
    'INSERT INTO tokens (id, name, role, secret_hash, created_at, created_by, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(token.id, token.name, token.role, hashSecret(token.secret), token.createdAt, token.createdBy, token.expiresAt)
}

/** The token with this secret; undefined when unknown or expired at `now`. */
export function findToken(db: Db, secret: string, now: number): TokenSummary | undefined {
  return statement<TokenSummary>(
    db,
    `SELECT ${COLUMNS} FROM tokens WHERE secret_hash = ? AND (expires_at IS NULL OR expires_at > ?)`,
  ).get(hashSecret(secret), now)
}

/** Newest first, expired ones included. */
export function listTokens(db: Db): TokenSummary[] {
  return statement<TokenSummary>(db, `SELECT ${COLUMNS} FROM tokens ORDER BY created_at DESC, id`).all()
}

export function setTokenUsed(db: Db, id: string, at: number): void {
  statement(db, 'UPDATE tokens SET last_used_at = ? WHERE id = ?').run(at, id)
}

export function deleteToken(db: Db, id: string): boolean {
  return statement(db, 'DELETE FROM tokens WHERE id = ?').run(id).changes === 1
}
