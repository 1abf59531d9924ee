/**
 * Maglev lookup table. Idea: every backend has its own order of preference over the entries of a prime-sized table, and they take
 * turns claiming the next free one; the table is even, and when a backend goes almost only its own entries change hands. With
 * weights, a backend takes its turn in that share of the rounds. Picking is one look into the table.
 * Source: D. Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, §3.4.
 */
import { hashText } from './hash-text.ts'

/** Entries: a prime, and with it the share of each of 650 equal backends is right to 1 %. The paper's smaller size. */
export const MAGLEV_SIZE = 65_537

/** What places a backend: its id and weight, nothing else. */
export interface Placed {
  readonly id: string
  readonly weight: number
}

const FREE = 0xffff
/** Different seeds make the two hashes of an id independent. */
const OFFSET_SEED = 0x6d61676c
const SKIP_SEED = 0x65763136

/**
 * Table of positions in `backends`: entry `hash mod 65,537` says who serves a key. At most 65,534 backends; the same backends in the
 * same order give the same table everywhere, so sort them by id.
 */
export function buildMaglev(backends: readonly Placed[]): Uint16Array {
  const table = new Uint16Array(MAGLEV_SIZE).fill(FREE)
  const count = backends.length
  if (count === 0) return table
  const next = new Int32Array(count)
  const skip = new Int32Array(count)
  const credit = new Float64Array(count)
  let heaviest = 0
  for (let index = 0; index < count; index++) {
    const { id, weight } = backends[index] as Placed
    next[index] = (hashText(id, OFFSET_SEED) >>> 0) % MAGLEV_SIZE
    skip[index] = ((hashText(id, SKIP_SEED) >>> 0) % (MAGLEV_SIZE - 1)) + 1
    heaviest = Math.max(heaviest, weight)
  }
  for (let filled = 0; ; ) {
    for (let index = 0; index < count; index++) {
      // The heaviest claims in every round, the others in weight / heaviest of them.
      const claim = (credit[index] as number) + (backends[index] as Placed).weight / heaviest
      if (claim < 1) {
        credit[index] = claim
        continue
      }
      credit[index] = claim - 1
      let entry = next[index] as number
      while (table[entry] !== FREE) entry = (entry + (skip[index] as number)) % MAGLEV_SIZE
      table[entry] = index
      next[index] = (entry + (skip[index] as number)) % MAGLEV_SIZE
      filled += 1
      if (filled === MAGLEV_SIZE) return table
    }
  }
}
