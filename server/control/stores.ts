/** What the control plane keeps, as plain synchronous calls. Each may throw when the database fails. Times are epoch milliseconds. */
import type { Role } from '../../shared/api/bodies.ts'
import type { RevisionSummary } from '../../shared/api/records.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'

export interface StoredRevision extends RevisionSummary {
  document: ConfigDocument
}

export interface RevisionStore {
  /** The newest revision; undefined on an empty database. */
  latest(): StoredRevision | undefined
  get(number: number): StoredRevision | undefined
  /** Newest first; `before` pages on. */
  list(query: { before?: number; limit: number }): RevisionSummary[]
  /**
   * Stores a revision and its audit row in one transaction, if `base` is still the newest (0 on an empty database).
   * Answers the number given, or the newest number when `base` is stale.
   */
  commit(revision: {
    base: number
    at: number
    author: string
    summary: string
    document: ConfigDocument
  }): { stored: true; number: number } | { stored: false; current: number }
}

export interface StoredUser {
  name: string
  role: Role
  /** `scrypt$N$r$p$salt$hash`, the last two in base64url. */
  passwordHash: string
  createdAt: number
  lastSignInAt: number | null
}

export interface UserStore {
  count(): number
  list(): StoredUser[]
  get(name: string): StoredUser | undefined
  add(user: StoredUser): void
  update(name: string, change: { role?: Role; passwordHash?: string; lastSignInAt?: number }): void
  /** Also ends the user's sessions. False when there was none. */
  remove(name: string): boolean
}

export interface StoredSession {
  /** SHA-256 of the cookie's value, hex. */
  hash: string
  user: string
  createdAt: number
  expiresAt: number
  address: string
}

export interface SessionStore {
  get(hash: string): StoredSession | undefined
  add(session: StoredSession): void
  extend(hash: string, expiresAt: number): void
  remove(hash: string): void
  removeOf(user: string): void
  /** Forgets sessions that ended before `now`. */
  prune(now: number): void
}

export interface StoredToken {
  id: string
  name: string
  role: Role
  /** SHA-256 of the secret, hex. */
  hash: string
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
}

export interface TokenStore {
  list(): StoredToken[]
  byHash(hash: string): StoredToken | undefined
  add(token: StoredToken): void
  touch(id: string, at: number): void
  /** False when there was none. */
  remove(id: string): boolean
}

/** Who did what, for everything that is not a revision. */
export interface AuditStore {
  add(entry: { at: number; actor: string; action: string; subject: string }): void
}

/** Small values by name. */
export interface MetaStore {
  get(key: string): string | undefined
  set(key: string, value: string): void
}
