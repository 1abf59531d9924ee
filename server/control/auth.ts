/** Who may do what: sign-in with a password, sessions by cookie, API tokens by bearer. Roles: viewer < operator < admin. */
import { type Me, type Role, roles } from '../../shared/api/bodies.ts'
import { ControlError } from '../errors.ts'
import type { EventSink } from './data-plane.ts'
import { hashSecret, randomSecret, secretMatches, verifyPassword } from './passwords.ts'
import type { AuditStore, SessionStore, TokenStore, UserStore } from './stores.ts'
import type { Throttle } from './throttle.ts'

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

export interface Auth {
  /** Checks name and password. Errors: `wrong-credentials`, `slow-down`, and what the database throws. */
  signIn(request: { name: string; password: string; address: string }): Promise<SignIn>
  /** Starts a session of a user whose identity is already certain. */
  open(name: string, role: Role, address: string): SignIn
  signOut(identity: Identity): void
  /** Who a request comes from; undefined when its credentials are absent, forged or expired. */
  identify(credentials: { cookie?: string; bearer?: string }): Identity | undefined
}

export interface AuthParts {
  users: UserStore
  sessions: SessionStore
  tokens: TokenStore
  audit: AuditStore
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
  const { users, sessions, tokens, audit, events, throttle, now } = parts
  const environmentHash = parts.adminToken ? hashSecret(parts.adminToken) : undefined

  function open(name: string, role: Role, address: string): SignIn {
    const secret = randomSecret()
    const hash = hashSecret(secret)
    const expiresAt = now() + SESSION_MS
    sessions.add({ hash, user: name, createdAt: now(), expiresAt, address })
    attempt(() => sessions.prune(now()))
    attempt(() => users.update(name, { lastSignInAt: now() }))
    attempt(() => audit.add({ at: now(), actor: name, action: 'sign-in', subject: address }))
    return { identity: { name, role, kind: 'session', key: hash }, secret, expiresAt }
  }

  function refuse(name: string, address: string): never {
    throttle.failed(name, address)
    events.record({
      kind: 'sign-in',
      severity: 'warning',
      message: `sign-in as "${name}" refused: name or password is wrong`,
      actor: name,
      detail: { address },
    })
    throw new ControlError('wrong-credentials', 'The name or the password is wrong.')
  }

  function bySession(cookie: string): Identity | undefined {
    const hash = hashSecret(cookie)
    const session = sessions.get(hash)
    if (!session || session.expiresAt <= now()) return undefined
    const user = users.get(session.user)
    if (!user) return undefined
    if (session.expiresAt - now() < SESSION_MS - EXTEND_EVERY_MS)
      attempt(() => sessions.extend(hash, now() + SESSION_MS))
    return { name: user.name, role: user.role, kind: 'session', key: hash }
  }

  function byToken(bearer: string): Identity | undefined {
    if (environmentHash !== undefined && secretMatches(bearer, environmentHash))
      return { name: 'EVENKEEL_ADMIN_TOKEN', role: 'admin', kind: 'token', key: 'environment' }
    if (!bearer.startsWith(TOKEN_PREFIX)) return undefined
    const token = tokens.byHash(hashSecret(bearer))
    if (!token || (token.expiresAt !== null && token.expiresAt <= now())) return undefined
    if (now() - (token.lastUsedAt ?? 0) > TOUCH_EVERY_MS) attempt(() => tokens.touch(token.id, now()))
    return { name: token.name, role: token.role, kind: 'token', key: token.id }
  }

  return {
    open,
    async signIn({ name, password, address }) {
      const waitMs = throttle.waitMs(name, address)
      if (waitMs > 0) {
        const retryAfterSeconds = Math.ceil(waitMs / 1000)
        throw new ControlError('slow-down', `Too many failed tries. Wait ${retryAfterSeconds} s.`, {
          retryAfterSeconds,
        })
      }
      const user = users.get(name)
      if (!(await verifyPassword(password, user?.passwordHash)) || !user) refuse(name, address)
      throttle.passed(name, address)
      events.record({
        kind: 'sign-in',
        severity: 'info',
        message: `${name} signed in`,
        actor: name,
        detail: { address },
      })
      return open(user.name, user.role, address)
    },
    signOut(identity) {
      if (identity.kind !== 'session') return
      sessions.remove(identity.key)
      attempt(() => audit.add({ at: now(), actor: identity.name, action: 'sign-out', subject: '' }))
    },
    identify: ({ cookie, bearer }) => (bearer !== undefined ? byToken(bearer) : cookie ? bySession(cookie) : undefined),
  }
}
