/** Where hosts lead, as this thread knows it: names as the main thread has resolved them, addresses by themselves. */
import { isIP } from 'node:net'
import type { AddressPolicy } from '../../shared/address-policy.ts'
import type { HostAddresses } from '../core/snapshot.ts'
import type { HostFact } from './messages.ts'

export class Hosts {
  private readonly policy: AddressPolicy
  private readonly known = new Map<string, HostAddresses>()

  constructor(policy: AddressPolicy) {
    this.policy = policy
  }

  /** Takes in all names of a revision; what was known of others is forgotten. */
  replace(facts: readonly HostFact[]): void {
    const named = new Set(facts.map(({ host }) => host))
    for (const host of this.known.keys()) if (!named.has(host)) this.known.delete(host)
    this.take(facts)
  }

  take(facts: readonly HostFact[]): void {
    for (const { host, addresses, problem } of facts) {
      const before = this.known.get(host)
      const same = before?.problem === problem && before.addresses.join() === addresses.join()
      if (!same) this.known.set(host, { addresses: this.allowed(addresses), problem })
    }
  }

  private allowed(addresses: readonly string[]): readonly string[] {
    return addresses.filter((ip) => this.policy.refusal(ip) === undefined)
  }

  /** The same object as long as nothing has changed. */
  of(host: string): HostAddresses {
    let at = this.known.get(host)
    if (at === undefined) {
      const addresses = isIP(host) === 0 ? [] : this.allowed([host])
      at = {
        addresses,
        problem: this.policy.refusal(host) ?? (addresses.length > 0 ? '' : `${host} has not been looked up yet`),
      }
      this.known.set(host, at)
    }
    return at
  }
}
