/** Addresses that the pool has already, or that stand twice in what is added under other names: each would get a second share. */
import { addressKey } from '../../../shared/address-key.ts'

interface Member {
  id: string
  address: string
}

/** By address: in words, which member or earlier line leads to the same place. */
export function samePlaces(
  addresses: readonly string[],
  members: readonly Member[],
  pool: string,
): Map<string, string> {
  const known = new Map(members.map((member) => [addressKey(member.address), member]))
  const seen = new Map<string, string>()
  const warnings = new Map<string, string>()
  for (const address of addresses) {
    const key = addressKey(address)
    const member = known.get(key)
    const twin = seen.get(key)
    if (member !== undefined) {
      const where = member.address === address ? '' : ` at ${member.address}`
      warnings.set(address, `${pool} has this already: ${member.id}${where}. Twice in a pool, it gets twice its share.`)
    } else if (twin !== undefined)
      warnings.set(address, `The same place as ${twin} above. Twice in a pool, it gets twice its share.`)
    seen.set(key, address)
  }
  return warnings
}
