/** Users and API tokens: list, add, change, remove. Every change is in the audit log. There is always an administrator left. */
import { randomBytes } from 'node:crypto'
import type { NewTokenAnswer, Role, TokenSummary, UserSummary } from '../../shared/api/bodies.ts'
import { ControlError } from '../errors.ts'
import { TOKEN_PREFIX } from './auth.ts'
import { hashPassword, hashSecret, randomSecret } from './passwords.ts'
import type { AuditStore, SessionStore, StoredToken, StoredUser, TokenStore, UserStore } from './stores.ts'

export interface People {
  users(): UserSummary[]
  /** Errors: `already-exists`. */
  addUser(user: { name: string; password: string; role: Role }, actor: string): Promise<UserSummary>
  /** A new password ends the user's sessions. Errors: `not-found`, `last-admin`. */
  changeUser(name: string, change: { password?: string; role?: Role }, actor: string): Promise<UserSummary>
  /** Also ends the user's sessions. Errors: `not-found`, `last-admin`. */
  removeUser(name: string, actor: string): void
  tokens(): TokenSummary[]
  /** The answer's `secret` is shown this once. */
  addToken(token: { name: string; role: Role; expiresAt?: number }, actor: string): NewTokenAnswer
  /** Errors: `not-found`. */
  removeToken(id: string, actor: string): void
}

export interface PeopleParts {
  users: UserStore
  sessions: SessionStore
  tokens: TokenStore
  audit: AuditStore
  /** Wall clock, epoch milliseconds. */
  now: () => number
}

const userSummary = ({ passwordHash: _, ...user }: StoredUser): UserSummary => user
const tokenSummary = ({ hash: _, ...token }: StoredToken): TokenSummary => token

/** Builds the keeper of users and tokens. */
export function createPeople({ users, sessions, tokens, audit, now }: PeopleParts): People {
  const note = (actor: string, action: string, subject: string) => audit.add({ at: now(), actor, action, subject })

  function find(name: string): StoredUser {
    const user = users.get(name)
    if (!user) throw new ControlError('not-found', `There is no user "${name}".`)
    return user
  }

  function keepAnAdmin(user: StoredUser) {
    const others = users.list().filter((other) => other.role === 'admin' && other.name !== user.name)
    if (user.role === 'admin' && others.length === 0)
      throw new ControlError('last-admin', `"${user.name}" is the last administrator.`)
  }

  return {
    users: () => users.list().map(userSummary),
    async addUser({ name, password, role }, actor) {
      const passwordHash = await hashPassword(password)
      if (users.get(name)) throw new ControlError('already-exists', `There is a user "${name}" already.`)
      const user: StoredUser = { name, role, passwordHash, createdAt: now(), lastSignInAt: null }
      users.add(user)
      note(actor, 'user-added', `${name} (${role})`)
      return userSummary(user)
    },
    async changeUser(name, { password, role }, actor) {
      const passwordHash = password === undefined ? undefined : await hashPassword(password)
      const user = find(name)
      if (role !== undefined && role !== 'admin') keepAnAdmin(user)
      users.update(name, { ...(role && { role }), ...(passwordHash && { passwordHash }) })
      if (passwordHash !== undefined) sessions.removeOf(name)
      const changes = [role && `role ${role}`, passwordHash && 'password'].filter(Boolean).join(', ')
      note(actor, 'user-changed', `${name}: ${changes}`)
      return userSummary(find(name))
    },
    removeUser(name, actor) {
      keepAnAdmin(find(name))
      users.remove(name)
      sessions.removeOf(name)
      note(actor, 'user-removed', name)
    },
    tokens: () => tokens.list().map(tokenSummary),
    addToken({ name, role, expiresAt }, actor) {
      const secret = TOKEN_PREFIX + randomSecret()
      const id = randomBytes(8).toString('hex')
      const common = { id, name, role, createdAt: now(), expiresAt: expiresAt ?? null, lastUsedAt: null }
      tokens.add({ ...common, hash: hashSecret(secret) })
      note(actor, 'token-added', `${name} (${role})`)
      return { ...common, secret }
    },
    removeToken(id, actor) {
      if (!tokens.remove(id)) throw new ControlError('not-found', `There is no token "${id}".`)
      note(actor, 'token-removed', id)
    },
  }
}
