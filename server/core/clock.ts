/** Time and chance as parameters: nothing in `core/` asks the machine for either, so every rule can be tested exactly. */

/** A monotonic clock. `now()` is in milliseconds from an arbitrary origin; it never goes backwards, whatever the wall clock does. */
export interface Clock {
  now(): number
}

/** A source of randomness: a number in [0, 1). */
export type Random = () => number

/** Seeded randomness (mulberry32), for tests and the simulator: the same seed gives the same sequence on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
