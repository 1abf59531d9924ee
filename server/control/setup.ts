/**
 * Set-up: a one-time token, printed to the log, lets the first person create the administrator. It is valid while no user
 * exists, is not used up by wrong tries, and only its hash is kept, in memory: a restart makes a new one.
 */
import type { Role } from '../../shared/api/bodies.ts'
import { insertAudit } from '../db/audit.ts'
import { type Db, requireReal, standIn } from '../db/handle.ts'
import { countUsers, insertFirstUser } from '../db/users.ts'
import { ControlError } from '../errors.ts'
import { hashPassword, hashSecret, randomSecret, secretMatches } from './passwords.ts'
import type { Throttle } from './throttle.ts'

export interface Setup {
  /** Whether the set-up page is open: no user exists. Never while the accounts may only be out of reach. */
  needed(): boolean
  /** Why nobody can sign in with a password just now; undefined when people can. */
  obstacle(): string | undefined
  /** Makes the token to print, replacing an earlier one. */
  newToken(): string
  /**
   * Creates the administrator. Errors: `setup-done` when a user exists, `wrong-setup-token`, `slow-down` for an address that
   * guesses.
   */
  complete(request: {
    token: string
    name: string
    password: string
    address: string
  }): Promise<{ name: string; role: Role }>
  /** Creates the user `admin` on an empty database (EVENKEEL_ADMIN_PASSWORD). False when a user exists. */
  ensureAdmin(password: string): Promise<boolean>
}

export interface SetupParts {
  db: Db
  throttle: Throttle
  /** Wall clock, epoch milliseconds. */
  now: () => number
}

/** Why nobody can sign in with a password: the accounts are in a database that cannot be read. Undefined when they can be. */
export function noAccounts(db: Db): string | undefined {
  if (standIn(db) === undefined || countUsers(db) > 0) return undefined
  return (
    'No account can be read, because the database cannot be used; the log has the cause. Until it is repaired nobody can sign in ' +
    'with a name and a passphrase. Traffic goes on. A bearer token from EVENKEEL_ADMIN_TOKEN works for the API.'
  )
}

/** Account under which wrong tokens are counted; a user cannot be called this. */
const ACCOUNT = '(set-up)'

/** Builds the set-up. */
export function createSetup({ db, throttle, now }: SetupParts): Setup {
  let hash: string | undefined
  const needed = () => standIn(db) === undefined && countUsers(db) === 0

  async function create(name: string, password: string, actor: string): Promise<boolean> {
    const passwordHash = await hashPassword(password)
    if (!insertFirstUser(db, { name, role: 'admin', passwordHash, createdAt: now() })) return false
    insertAudit(db, { at: now(), actor, action: 'user.create', subject: `${name} (admin)` })
    return true
  }

  return {
    needed,
    obstacle: () => noAccounts(db),
    newToken() {
      const token = randomSecret()
      hash = hashSecret(token)
      return token
    },
    async complete({ token, name, password, address }) {
      requireReal(db)
      if (!needed()) throw new ControlError('setup-done', 'A user exists already.')
      const account = `${ACCOUNT} ${address}`
      const attempt = throttle.begin(account, address)
      if (hash === undefined || !secretMatches(token, hash))
        throw new ControlError('wrong-setup-token', 'This is not the token that the log printed at the latest start.')
      attempt.passed()
      if (!(await create(name, password, name))) throw new ControlError('setup-done', 'A user exists already.')
      hash = undefined
      return { name, role: 'admin' }
    },
    ensureAdmin: async (password) => needed() && create('admin', password, 'EVENKEEL_ADMIN_PASSWORD'),
  }
}
