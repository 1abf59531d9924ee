/**
 * Set-up: a one-time token, printed to the log, lets the first person create the administrator. It is valid while no user
 * exists, is not used up by wrong tries, and only its hash is kept, in memory: a restart makes a new one.
 */
import type { Role } from '../../shared/api/bodies.ts'
import { ControlError } from '../errors.ts'
import { hashSecret, randomSecret, secretMatches } from './passwords.ts'
import type { People } from './people.ts'
import type { UserStore } from './stores.ts'
import type { Throttle } from './throttle.ts'

export interface Setup {
  /** Whether the set-up page is open: no user exists. */
  needed(): boolean
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
  users: UserStore
  people: People
  throttle: Throttle
}

/** Account under which wrong tokens are counted; a user cannot be called this. */
const ACCOUNT = '(set-up)'

/** Builds the set-up. */
export function createSetup({ users, people, throttle }: SetupParts): Setup {
  let hash: string | undefined
  let tail: Promise<unknown> = Promise.resolve()
  const needed = () => users.count() === 0

  /** One at a time: two people with the token must not both become the first. */
  function queued<T>(work: () => Promise<T>): Promise<T> {
    const result = tail.then(work)
    tail = result.catch(() => undefined)
    return result
  }

  return {
    needed,
    newToken() {
      const token = randomSecret()
      hash = hashSecret(token)
      return token
    },
    complete: ({ token, name, password, address }) =>
      queued(async () => {
        if (!needed()) throw new ControlError('setup-done', 'A user exists already.')
        const retryAfterSeconds = Math.ceil(throttle.waitMs(`${ACCOUNT} ${address}`, address) / 1000)
        if (retryAfterSeconds > 0)
          throw new ControlError('slow-down', `Too many wrong tokens. Wait ${retryAfterSeconds} s.`, {
            retryAfterSeconds,
          })
        if (hash === undefined || !secretMatches(token, hash)) {
          throttle.failed(`${ACCOUNT} ${address}`, address)
          throw new ControlError('wrong-setup-token', 'This is not the token that the log printed at the latest start.')
        }
        await people.addUser({ name, password, role: 'admin' }, name)
        throttle.passed(`${ACCOUNT} ${address}`, address)
        hash = undefined
        return { name, role: 'admin' as const }
      }),
    ensureAdmin: (password) =>
      queued(async () => {
        if (!needed()) return false
        await people.addUser({ name: 'admin', password, role: 'admin' }, 'EVENKEEL_ADMIN_PASSWORD')
        return true
      }),
  }
}
