/** One address book, one policy and one set of probes for all who connect to backends: health checks, agents, the API's probe, traffic. */

import { parseHostPort } from '../shared/address.ts'
import { type AddressPolicy, createAddressPolicy } from '../shared/address-policy.ts'
import type { Config } from '../shared/config/config.ts'
import { type AddressBook, createAddressBook, type HostFact } from './monitors/address-book.ts'
import { createProbes, type Probes } from './monitors/probes.ts'
import { createResolver } from './monitors/resolver.ts'

/** How long a revision waits for names that are new in it, in milliseconds: those that take longer are made known when they are. */
const PATIENCE_MS = 1000

export interface NamesOptions {
  /** Name servers to ask instead of the system's. */
  nameServers: readonly string[]
  /** Link-local and metadata addresses that may be connected to all the same. */
  allowedAddresses: readonly string[]
}

export interface Names {
  policy: AddressPolicy
  book: AddressBook
  probes: Probes
  /** Follows the names of a configuration; resolves when they are known, and soon in any case. */
  resolve(config: Config): Promise<void>
  /** Where they lead, as far as is known. */
  facts(): HostFact[]
}

/** `onChange` is called when names lead elsewhere. */
export function createNames(
  { nameServers, allowedAddresses }: NamesOptions,
  onChange: (facts: HostFact[]) => void,
): Names {
  const policy = createAddressPolicy(allowedAddresses)
  const resolver = createResolver(nameServers.length > 0 ? { servers: nameServers, exactly: true } : {})
  const book = createAddressBook({ resolver, policy, random: Math.random, onChange })
  return {
    policy,
    book,
    probes: createProbes({ resolver: book, policy }),
    async resolve({ pools }) {
      book.follow(pools.flatMap(({ backends }) => backends.map(({ address }) => parseHostPort(address)?.host ?? '')))
      await book.settled(PATIENCE_MS)
    },
    facts: book.facts,
  }
}
