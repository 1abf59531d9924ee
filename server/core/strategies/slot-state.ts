/** State kept per backend by slot: arrays that grow with the largest slot, so nothing depends on a position in a list. */
import type { Candidate } from './strategy.ts'

/** Array length that holds every member's slot: a power of two, so that growing is rare. */
export function slotsFor(members: readonly Candidate[], atLeast: number): number {
  let size = Math.max(16, atLeast)
  for (const { slot } of members) while (size <= slot) size *= 2
  return size
}

/** `array` itself when every member's slot fits, else a longer copy. New places hold `fill`. */
export function roomFor(
  array: Float64Array<ArrayBuffer>,
  members: readonly Candidate[],
  fill = 0,
): Float64Array<ArrayBuffer> {
  const size = slotsFor(members, array.length)
  if (size === array.length) return array
  const longer = new Float64Array(size).fill(fill)
  longer.set(array)
  return longer
}
