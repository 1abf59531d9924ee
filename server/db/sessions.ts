/** Signed-in browsers. The token itself is never stored, and a look-up by its hash takes the same time whether it exists or not. */
import type { Role } from '../../shared/api/bodies.ts'
import { type Db, statement } from './handle.ts'
import { problemCode } from './problem.ts'
import { hashSecret } from './secret.ts'

export interface NewSession {
  /** The secret that goes into the cookie. */
  token: string
  userName: string
  /** Epoch milliseconds. */
  createdAt: number
  /** Epoch milliseconds. */
  expiresAt: number
  /** Client address at sign-in. */
  address: string
  userAgent: string
}

export interface SessionRecord {
  userName: string
  role: Role
  createdAt: number
  expiresAt: number
  lastSeenAt: number
  address: string
  userAgent: string
}

/** Sessions that could not be stored, by the hash of their token, oldest first: on a full disk people still sign in. */
const unsaved = new WeakMap<Db, Map<string, NewSession>>()
const MOST_UNSAVED = 1000

const keyOf = (token: string) => hashSecret(token).toString('hex')

/** Stores a session; where the database does not take it, it is kept in memory and stored later. */
export function insertSession(db: Db, session: NewSession): void {
  try {
    storeSession(db, session)
  } catch (error) {
    if (problemCode(error) === undefined) throw error
    const kept = unsaved.get(db) ?? new Map<string, NewSession>()
    unsaved.set(db, kept)
    kept.set(keyOf(session.token), session)
    if (kept.size > MOST_UNSAVED) kept.delete(kept.keys().next().value as string)
  }
}

function storeSession(db: Db, session: NewSession): void {
  statement(
    db,
    `INSERT INTO sessions (token_hash, user_name, created_at, expires_at, last_seen_at, address, user_agent)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    hashSecret(session.token),
    session.userName,
    session.createdAt,
    session.expiresAt,
    session.createdAt,
    session.address,
    session.userAgent.slice(0, 300),
  )
}

/** A session that is only in memory so far, with its user's present role; stored now where that goes again. */
function findUnsaved(db: Db, token: string, now: number): SessionRecord | undefined {
  const kept = unsaved.get(db)
  const session = kept?.get(keyOf(token))
  if (kept === undefined || session === undefined || session.expiresAt <= now) return undefined
  const user = statement<{ name: string; role: Role }>(db, 'SELECT name, role FROM users WHERE name = ?').get(
    session.userName,
  )
  if (user === undefined) return undefined
  try {
    storeSession(db, session)
    kept.delete(keyOf(token))
  } catch {
    // Later.
  }
  const { createdAt, expiresAt, address, userAgent } = session
  return { userName: user.name, role: user.role, createdAt, expiresAt, lastSeenAt: now, address, userAgent }
}

/** The session of a token with its user's present role; undefined when unknown or expired at `now`. */
export function findSession(db: Db, token: string, now: number): SessionRecord | undefined {
  const stored = statement<SessionRecord>(
    db,
    `SELECT users.name AS userName, role, sessions.created_at AS createdAt, expires_at AS expiresAt,
       last_seen_at AS lastSeenAt, address, user_agent AS userAgent
     FROM sessions JOIN users ON users.name = user_name WHERE token_hash = ? AND expires_at > ?`,
  ).get(hashSecret(token), now)
  return stored ?? findUnsaved(db, token, now)
}

/** Notes that the session was used, and prolongs it. */
export function touchSession(db: Db, token: string, seen: { lastSeenAt: number; expiresAt: number }): void {
  statement(db, 'UPDATE sessions SET last_seen_at = ?, expires_at = ? WHERE token_hash = ?').run(
    seen.lastSeenAt,
    seen.expiresAt,
    hashSecret(token),
  )
}

export function deleteSession(db: Db, token: string): boolean {
  if (unsaved.get(db)?.delete(keyOf(token))) return true
  return statement(db, 'DELETE FROM sessions WHERE token_hash = ?').run(hashSecret(token)).changes === 1
}

/** Signs a user out everywhere; `except` keeps the session with that token. Returns how many went. */
export function deleteSessionsOf(db: Db, userName: string, except?: string): number {
  for (const [key, session] of unsaved.get(db) ?? [])
    if (session.userName.toLowerCase() === userName.toLowerCase() && session.token !== except)
      unsaved.get(db)?.delete(key)
  return statement(db, 'DELETE FROM sessions WHERE user_name = ? AND token_hash <> ?').run(
    userName,
    except === undefined ? Buffer.alloc(0) : hashSecret(except),
  ).changes
}

/** Removes sessions that have expired at `now`. */
export function pruneSessions(db: Db, now: number): number {
  return statement(db, 'DELETE FROM sessions WHERE expires_at <= ?').run(now).changes
}
