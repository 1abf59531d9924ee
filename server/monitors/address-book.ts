/**
 * What the names of all configured backends mean now, for probes and traffic alike: probes ask here, and the workers are told, so that no
 * dial ever waits for a name server and nobody goes by another answer than the others.
 *
 * A name is asked for again when its time to live is over. While nobody can tell, the last known addresses go on being used (RFC 8767): an
 * outage of the name servers is no illness of the backends. "There is no such name" is an answer; given twice in a row it ends that.
 */
import { isIP } from 'node:net'
import type { AddressPolicy } from '../../shared/address-policy.ts'
import type { Random } from '../core/clock.ts'
import type { HostAddresses } from '../core/snapshot.ts'
import { type Found, NameFailed, type Resolver } from './resolver.ts'

/** A name and where it leads. */
export interface HostFact extends HostAddresses {
  readonly host: string
}

/** Something is wrong with a name, or no longer. */
export interface NameNews {
  readonly host: string
  /** In words; undefined: it is well again. */
  readonly trouble: string | undefined
}

export interface AddressBook extends Pick<Resolver, 'resolve' | 'close'> {
  /** Keeps to these hosts from now on; names that are new are looked up at once. */
  follow(hosts: Iterable<string>): void
  /** Resolves when every name has been answered or has failed once, and after `limitMs` at the latest. */
  settled(limitMs: number): Promise<void>
  /** All names that are followed. */
  facts(): HostFact[]
  /** Why a host has no address that may be used, in words; undefined when it has one or is not known yet. */
  problemOf(host: string): string | undefined
  /** Names whose addresses are used although something is wrong with them, with what it is. */
  troubles(): { kind: 'unresolved' | 'refused'; trouble: string }[]
  /** What has changed since the last call. */
  takeNews(): NameNews[]
}

export interface AddressBookParts {
  resolver: Resolver
  policy: AddressPolicy
  random: Random
  /** Where a name leads has changed. Must not throw. */
  onChange(facts: HostFact[]): void
}

/** Pauses after failed look-ups, in milliseconds: the first, and the longest. */
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 15_000
/** Shortest pause after one that succeeded. */
const SHORTEST_MS = 1000
/** Answers in a row that there is no such name until it is believed. */
const GONE_AFTER = 2

class Name {
  readonly host: string
  /** All of the last answer, those that are refused included. */
  answered: readonly string[] = []
  /** Those that may be used. */
  addresses: readonly string[] = []
  refusal: string | undefined
  failure: NameFailed | undefined
  failures = 0
  /** Answers in a row that there is no such name. */
  gone = 0
  settled = false
  retired = false
  asking: Promise<void> | undefined
  timer: NodeJS.Timeout | undefined
  /** The trouble that was told last. */
  told: string | undefined

  constructor(host: string) {
    this.host = host
  }

  /** What is wrong, in words; undefined: nothing. */
  get trouble(): string | undefined {
    const used = this.addresses.join(', ')
    if (this.failure !== undefined)
      return used === '' ? this.failure.message : `${this.failure.message}; its last known address ${used} is used`
    if (this.refusal === undefined) return undefined
    return `${this.host} leads there: ${this.refusal}`
  }

  get fact(): HostFact {
    const problem = this.addresses.length > 0 ? '' : (this.trouble ?? `${this.host} has not been looked up yet`)
    return { host: this.host, addresses: this.addresses, problem }
  }
}

const sameSet = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((one) => b.includes(one))

/** Follows nobody until it is told to. */
export function createAddressBook({ resolver, policy, random, onChange }: AddressBookParts): AddressBook {
  const names = new Map<string, Name>()
  const waiters: (() => void)[] = []

  function plan(name: Name, pauseMs: number): void {
    clearTimeout(name.timer)
    if (!name.retired) name.timer = setTimeout(() => void ask(name), pauseMs)
  }

  function ask(name: Name): Promise<void> {
    clearTimeout(name.timer)
    name.asking ??= resolver
      .lookUp(name.host)
      .then(
        (answer) => found(name, answer),
        (error) => failed(name, error),
      )
      .finally(() => {
        name.asking = undefined
      })
    return name.asking
  }

  /** Goes on from what `take` makes of an answer: tells whoever has to know. */
  function changing(name: Name, take: () => void): void {
    const before = name.fact
    take()
    name.settled = true
    const after = name.fact
    if (name.retired) return
    if (before.addresses !== after.addresses || before.problem !== after.problem) onChange([after])
    if (waiters.length > 0 && allSettled()) for (const done of waiters.splice(0)) done()
  }

  function found(name: Name, { addresses: told, until, missing }: Found): void {
    // A query that got lost says nothing about the addresses of its family.
    const addresses = [...told, ...name.answered.filter((ip) => isIP(ip) === missing)]
    changing(name, () => {
      name.failure = undefined
      name.failures = 0
      name.gone = 0
      name.refusal = addresses.map((ip) => policy.refusal(ip)).find((refusal) => refusal !== undefined)
      name.answered = addresses
      const usable = addresses.filter((ip) => policy.refusal(ip) === undefined)
      // Name servers turn the order round; that is no change.
      if (!sameSet(usable, name.addresses)) name.addresses = usable
    })
    plan(name, Math.max(SHORTEST_MS, until - performance.now()))
  }

  function failed(name: Name, error: unknown): void {
    changing(name, () => {
      name.failure =
        error instanceof NameFailed
          ? error
          : new NameFailed('broken', `${name.host} cannot be looked up: ${String(error)}`)
      name.failures += 1
      name.gone = name.failure.code === 'not-found' ? name.gone + 1 : 0
      if (name.gone < GONE_AFTER) return
      name.answered = []
      name.addresses = []
      name.refusal = undefined
    })
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (name.failures - 1))
    plan(name, pause * (0.9 + 0.2 * random()))
  }

  const allSettled = () => [...names.values()].every((name) => name.settled)

  function retire(name: Name): void {
    name.retired = true
    clearTimeout(name.timer)
    names.delete(name.host)
  }

  return {
    follow(hosts) {
      const wanted = new Set([...hosts].filter((host) => isIP(host) === 0))
      for (const name of names.values()) if (!wanted.has(name.host)) retire(name)
      for (const host of wanted) {
        if (names.has(host)) continue
        const name = new Name(host)
        names.set(host, name)
        void ask(name)
      }
    },
    settled(limitMs) {
      if (allSettled()) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, limitMs)
        waiters.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    },
    facts: () => [...names.values()].map((name) => name.fact),
    problemOf(host) {
      if (isIP(host) !== 0) return policy.refusal(host)
      const name = names.get(host)
      return name === undefined || !name.settled || name.addresses.length > 0 ? undefined : name.fact.problem
    },
    troubles: () =>
      [...names.values()].flatMap(({ addresses, trouble, failure }) =>
        addresses.length > 0 && trouble !== undefined
          ? [{ kind: failure === undefined ? ('refused' as const) : ('unresolved' as const), trouble }]
          : [],
      ),
    takeNews() {
      const news: NameNews[] = []
      for (const name of names.values()) {
        const { host, trouble, told } = name
        if (trouble === told) continue
        name.told = trouble
        news.push({ host, trouble })
      }
      return news
    },
    async resolve(host) {
      const name = names.get(host)
      if (name === undefined) return resolver.resolve(host)
      // Asked for although the next look-up is not due: whoever waits for a name to appear shall not wait for that as well.
      if (name.answered.length === 0) await ask(name)
      if (name.answered.length === 0) throw name.failure ?? new NameFailed('not-found', `name not found: ${host}`)
      return name.answered
    },
    close() {
      for (const name of names.values()) retire(name)
      for (const done of waiters.splice(0)) done()
      resolver.close()
    },
  }
}
