/**
 * Slows password guessing: after five failures each further one doubles the wait. Counted per address and per account.
 * An account's wait does not apply to an address that signed in to it before, nor to loopback, so nobody can lock its owner out.
 */
import type { Clock } from '../core/clock.ts'
import { ControlError } from '../errors.ts'

const FREE_TRIES = 5
const LONGEST_WAIT_MS = 60_000
/** A count is forgotten after this long without a failure. */
const FORGET_MS = 15 * 60_000
const MOST_KEYS = 10_000

interface Count {
  failures: number
  until: number
  touched: number
}

export interface Throttle {
  /** Milliseconds to wait before a try is looked at; 0 when it may go on. */
  waitMs(account: string, address: string): number
  failed(account: string, address: string): void
  passed(account: string, address: string): void
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

/** Builds a throttle on a monotonic clock. Keeps at most 10,000 addresses and accounts; the oldest are forgotten first. */
export function createThrottle(clock: Clock): Throttle {
  const counts = new Map<string, Count>()
  const known = new Map<string, true>()

  function read(key: string): Count | undefined {
    const count = counts.get(key)
    if (count && clock.now() - count.touched > FORGET_MS) counts.delete(key)
    return counts.get(key)
  }

  function put<T>(map: Map<string, T>, key: string, value: T) {
    map.delete(key)
    map.set(key, value)
    if (map.size > MOST_KEYS) map.delete(map.keys().next().value as string)
  }

  function add(key: string) {
    const failures = (read(key)?.failures ?? 0) + 1
    const extra = failures - FREE_TRIES
    const wait = extra < 0 ? 0 : Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.min(extra, 16))
    put(counts, key, { failures, until: clock.now() + wait, touched: clock.now() })
  }

  const left = (key: string) => Math.max(0, (read(key)?.until ?? 0) - clock.now())
  const ofAccount = (account: string) => `account ${account.toLowerCase()}`
  const pair = (account: string, address: string) => `${account.toLowerCase()} ${address}`

  return {
    waitMs(account, address) {
      const exempt = isLoopback(address) || known.has(pair(account, address))
      return Math.max(left(`address ${address}`), exempt ? 0 : left(ofAccount(account)))
    },
    failed(account, address) {
      add(`address ${address}`)
      add(ofAccount(account))
    },
    passed(account, address) {
      counts.delete(`address ${address}`)
      counts.delete(ofAccount(account))
      put(known, pair(account, address), true)
    },
  }
}

/** Lets a try go on or throws `slow-down` with the wait. */
export function letTry(throttle: Throttle, account: string, address: string): void {
  const retryAfterSeconds = Math.ceil(throttle.waitMs(account, address) / 1000)
  if (retryAfterSeconds > 0)
    throw new ControlError('slow-down', `Too many failed tries. Wait ${retryAfterSeconds} s.`, { retryAfterSeconds })
}
