/** Users and API tokens: list, add, change, remove. Every change is in the audit log. There is always an administrator left. */
import { randomBytes } from 'node:crypto'
import type { NewTokenAnswer, Role, TokenSummary, UserSummary } from '../../shared/api/bodies.ts'
import { insertAudit } from '../db/audit.ts'
import { type Db, requireReal } from '../db/handle.ts'
import { deleteSessionsOf } from '../db/sessions.ts'
import { deleteToken, insertToken, listTokens } from '../db/tokens.ts'
import { deleteUser, getUser, insertUser, listUsers, setPasswordHash, setUserRole } from '../db/users.ts'
import { ControlError } from '../errors.ts'
import { TOKEN_PREFIX } from './auth.ts'
import { hashPassword, randomSecret } from './passwords.ts'

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
  db: Db
  /** Wall clock, epoch milliseconds. */
  now: () => number
}

/** Builds the keeper of users and tokens. */
export function createPeople({ db, now }: PeopleParts): People {
  const note = (actor: string, action: string, subject: string) =>
    insertAudit(db, { at: now(), actor, action, subject })

  function find(name: string): UserSummary {
    const user = getUser(db, name)
    if (!user) throw new ControlError('not-found', `There is no user "${name}".`)
    const { passwordHash: _, ...summary } = user
    return summary
  }

  function lastAdmin(name: string): never {
    throw new ControlError('last-admin', `"${name}" is the last administrator.`)
  }

  return {
    users: () => listUsers(db),
    async addUser({ name, password, role }, actor) {
      requireReal(db)
      const passwordHash = await hashPassword(password)
      if (!insertUser(db, { name, role, passwordHash, createdAt: now() }))
        throw new ControlError('already-exists', `There is a user "${name}" already.`)
      note(actor, 'user.create', `${name} (${role})`)
      return find(name)
    },
    async changeUser(name, { password, role }, actor) {
      requireReal(db)
      const passwordHash = password === undefined ? undefined : await hashPassword(password)
      find(name)
      if (role !== undefined && !setUserRole(db, name, role)) lastAdmin(name)
      if (passwordHash !== undefined) {
        setPasswordHash(db, name, passwordHash)
        deleteSessionsOf(db, name)
      }
      const changes = [role && `role ${role}`, passwordHash && 'password'].filter(Boolean).join(', ')
      note(actor, 'user.change', `${name}: ${changes}`)
      return find(name)
    },
    removeUser(name, actor) {
      requireReal(db)
      find(name)
      if (!deleteUser(db, name)) lastAdmin(name)
      note(actor, 'user.remove', name)
    },
    tokens: () => listTokens(db),
    addToken({ name, role, expiresAt }, actor) {
      requireReal(db)
      const secret = TOKEN_PREFIX + randomSecret()
      const id = randomBytes(8).toString('hex')
      const common = { id, name, role, createdAt: now(), expiresAt: expiresAt ?? null }
      insertToken(db, { ...common, secret, createdBy: actor })
      note(actor, 'token.create', `${name} (${role})`)
      return { ...common, lastUsedAt: null, secret }
    },
    removeToken(id, actor) {
      requireReal(db)
      if (!deleteToken(db, id)) throw new ControlError('not-found', `There is no token "${id}".`)
      note(actor, 'token.remove', id)
    },
  }
}
