/**
 * Slows password guessing: after five failures each further one doubles the wait. Counted per address and per account, and a try counts as a
 * failure from its beginning until it has passed, so that a hundred at once are no way around it.
 *
 * What others did to an account never locks its owner out: the wait of an account does not hold for loopback, for an address that signed in
 * to it before, nor for the first try of an address that has not failed.
 */
import { addressBytes } from '../../shared/address-range.ts'
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

/** A try that has been let in. One that is not told of any more has failed. */
export interface Try {
  /** It was the right password: what this account failed at from this address is forgotten. */
  passed(): void
  /** It was never looked at, so it says nothing about anybody. */
  takenBack(): void
}

export interface Throttle {
  /** Milliseconds to wait before a try is looked at; 0 when it may go on. */
  waitMs(account: string, address: string): number
  /** Counts a try before anything is done for it. Throws `slow-down` with the wait. */
  begin(account: string, address: string): Try
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

/** Whoever has one IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  const bytes = addressBytes(address)
  return bytes === undefined ? address : Buffer.from(bytes.subarray(0, bytes.length === 16 ? 8 : 4)).toString('hex')
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

  function subtract(key: string, failures: number) {
    const count = read(key)
    if (count === undefined) return
    count.failures -= failures
    if (count.failures < FREE_TRIES) count.until = 0
    if (count.failures <= 0) counts.delete(key)
  }

  const left = (key: string) => Math.max(0, (read(key)?.until ?? 0) - clock.now())
  const failures = (key: string) => read(key)?.failures ?? 0

  function keysOf(account: string, address: string) {
    const [name, network] = [account.toLowerCase(), networkOf(address)]
    return { account: `account ${name}`, address: `address ${network}`, pair: `pair ${network} ${name}` }
  }

  function waitMs(account: string, address: string): number {
    const keys = keysOf(account, address)
    const exempt = isLoopback(address) || known.has(keys.pair) || failures(keys.address) === 0
    return Math.max(left(keys.address), exempt ? 0 : left(keys.account))
  }

  return {
    waitMs,
    begin(account, address) {
      const retryAfterSeconds = Math.ceil(waitMs(account, address) / 1000)
      if (retryAfterSeconds > 0)
        throw new ControlError('slow-down', `Too many failed tries. Wait ${retryAfterSeconds} s.`, {
          retryAfterSeconds,
        })
      const keys = Object.values(keysOf(account, address))
      const { pair } = keysOf(account, address)
      for (const key of keys) add(key)
      const subtractAll = (count: number) => {
        for (const key of keys) subtract(key, count)
      }
      return {
        passed() {
          // Only its own failures: who may sign in himself must not get further guesses at others that way.
          subtractAll(failures(pair))
          put(known, pair, true)
        },
        takenBack: () => subtractAll(1),
      }
    },
  }
}
