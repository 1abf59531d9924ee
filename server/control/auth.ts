/** Who may do what: sign-in with a password, sessions by cookie, API tokens by bearer. Roles: viewer < operator < admin. */
import { type Me, type Role, roles } from '../../shared/api/bodies.ts'
import { insertAudit } from '../db/audit.ts'
import type { Db } from '../db/handle.ts'
import { deleteSession, findSession, insertSession, pruneSessions, touchSession } from '../db/sessions.ts'
import { findToken, setTokenUsed } from '../db/tokens.ts'
import { getUser, setLastSignIn } from '../db/users.ts'
import { ControlError } from '../errors.ts'
import type { EventSink } from './data-plane.ts'
import { hashSecret, randomSecret, secretMatches, verifyPassword } from './passwords.ts'
import { noAccounts } from './setup.ts'
import type { Throttle, Try } from './throttle.ts'

export const SESSION_MS = 7 * 24 * 3_600_000
/** A session's end is moved on at most this often, so that reading pages does not write. */
const EXTEND_EVERY_MS = 3_600_000
/** The last use of a token is noted at most this often. */
const TOUCH_EVERY_MS = 60_000
export const TOKEN_PREFIX = 'ek_'

export interface Identity extends Me {
  /** Tells this session or token from the others of the same person. */
  key: string
}

export interface SignIn {
  identity: Identity
  /** The cookie's value; only its hash is kept. */
  secret: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/** Where a sign-in comes from. */
export interface Origin {
  /** Client address. */
  address: string
  userAgent: string
}

/** What a request shows; a bearer goes before a cookie. */
export interface Credentials {
  cookie?: string
  bearer?: string
}

export interface Auth {
  /** Checks name and password. Errors: `wrong-credentials`, `slow-down`, and what the database throws. */
  signIn(request: { name: string; password: string } & Origin): Promise<SignIn>
  /** Starts a session of a user whose identity is already certain. */
  open(user: { name: string; role: Role }, origin: Origin): SignIn
  /** Ends the session of a cookie; nothing happens when there is none. */
  signOut(cookie: string): void
  /** Who a request comes from; undefined when its credentials are absent, forged or expired. */
  identify(credentials: Credentials): Identity | undefined
  /** Whether these credentials still stand for somebody. Unlike `identify` it is no use of them: it prolongs no session. */
  hold(credentials: Credentials): boolean
}

export interface AuthParts {
  db: Db
  events: EventSink
  throttle: Throttle
  /** Wall clock, epoch milliseconds. */
  now: () => number
  /** A bearer token with the admin role from the environment. */
  adminToken?: string
}

/** Whether `role` includes everything that `needed` may do. */
export function allows(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed)
}

/** Bookkeeping that must not fail a request: a full disk may not sign people out. */
function attempt(work: () => void) {
  try {
    work()
  } catch {
    // The store reports its own failures; reading went well, so the request goes on.
  }
}

/** Builds sign-in, sessions and tokens. */
export function createAuth(parts: AuthParts): Auth {
  const { db, events, throttle, now } = parts
  const environmentHash = parts.adminToken ? hashSecret(parts.adminToken) : undefined

  function open({ name, role }: { name: string; role: Role }, { address, userAgent }: Origin): SignIn {
    const secret = randomSecret()
    const expiresAt = now() + SESSION_MS
    insertSession(db, { token: secret, userName: name, createdAt: now(), expiresAt, address, userAgent })
    attempt(() => pruneSessions(db, now()))
    attempt(() => setLastSignIn(db, name, now()))
    attempt(() =>
      insertAudit(db, { at: now(), actor: name, action: 'session.open', subject: name, detail: { address } }),
    )
    return { identity: { name, role, kind: 'session', key: hashSecret(secret) }, secret, expiresAt }
  }

  /** `name` is that of a user; what was typed otherwise is told nobody: it may well be a password. */
  function refuse(name: string | undefined, address: string): never {
    const who =
      name === undefined ? 'sign-in refused: there is no such user' : `sign-in as "${name}" refused: wrong password`
    events.record({
      kind: 'sign-in',
      severity: 'warning',
      message: who,
      ...(name !== undefined && { actor: name }),
      detail: { address },
    })
    throw new ControlError('wrong-credentials', 'The name or the password is wrong.')
  }

  function bySession(cookie: string): Identity | undefined {
    const session = findSession(db, cookie, now())
    if (!session) return undefined
    if (session.expiresAt - now() < SESSION_MS - EXTEND_EVERY_MS)
      attempt(() => touchSession(db, cookie, { lastSeenAt: now(), expiresAt: now() + SESSION_MS }))
    return { name: session.userName, role: session.role, kind: 'session', key: hashSecret(cookie) }
  }

  const isEnvironmentToken = (bearer: string) => environmentHash !== undefined && secretMatches(bearer, environmentHash)

  function byToken(bearer: string): Identity | undefined {
    if (isEnvironmentToken(bearer))
      return { name: 'EVENKEEL_ADMIN_TOKEN', role: 'admin', kind: 'token', key: 'environment' }
    if (!bearer.startsWith(TOKEN_PREFIX)) return undefined
    const token = findToken(db, bearer, now())
    if (!token) return undefined
    if (now() - (token.lastUsedAt ?? 0) > TOUCH_EVERY_MS) attempt(() => setTokenUsed(db, token.id, now()))
    return { name: token.name, role: token.role, kind: 'token', key: token.id }
  }

  async function rightPassword(password: string, hash: string | undefined, attempt: Try): Promise<boolean> {
    try {
      return await verifyPassword(password, hash)
    } catch (error) {
      attempt.takenBack()
      throw error
    }
  }

  return {
    open,
    async signIn({ name: typed, password, address, userAgent }) {
      const unreadable = noAccounts(db)
      if (unreadable !== undefined) throw new ControlError('storage-failing', unreadable, { retryAfterSeconds: 5 })
      const attempt = throttle.begin(typed, address)
      const user = getUser(db, typed)
      const right = await rightPassword(password, user?.passwordHash, attempt)
      if (!right || !user) refuse(user?.name, address)
      attempt.passed()
      const { name } = user
      events.record({
        kind: 'sign-in',
        severity: 'info',
        message: `${name} signed in`,
        actor: name,
        detail: { address },
      })
      return open(user, { address, userAgent })
    },
    signOut(cookie) {
      const session = findSession(db, cookie, now())
      deleteSession(db, cookie)
      if (!session) return
      const actor = session.userName
      attempt(() => insertAudit(db, { at: now(), actor, action: 'session.close', subject: actor }))
    },
    hold: ({ cookie, bearer }) =>
      bearer !== undefined
        ? isEnvironmentToken(bearer) || findToken(db, bearer, now()) !== undefined
        : cookie !== undefined && findSession(db, cookie, now()) !== undefined,
    identify: ({ cookie, bearer }) => (bearer !== undefined ? byToken(bearer) : cookie ? bySession(cookie) : undefined),
  }
}
