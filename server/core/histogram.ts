/** Latency buckets: 8 per doubling from 64 µs to 134 s, so any percentile is right to about 6 %, and two histograms merge by adding. */

/** Equal buckets per doubling: at most 1/8 wide, so the middle is at most 1/16 off. */
const PER_OCTAVE = 8
const FIRST_OCTAVE = 6
const LAST_OCTAVE = 27

/** Number of buckets. The first holds everything below 72 µs, the last everything from 134 s on. */
export const BUCKETS = (LAST_OCTAVE - FIRST_OCTAVE) * PER_OCTAVE + 1

/** Bucket of a latency in microseconds. */
export function bucketOf(micros: number): number {
  if (micros <= 64) return 0
  const value = micros >= 0x7fffffff ? 0x7fffffff : micros | 0
  const octave = 31 - Math.clz32(value)
  const bucket = (octave - FIRST_OCTAVE) * PER_OCTAVE + ((value >>> (octave - 3)) & 7)
  return bucket < BUCKETS ? bucket : BUCKETS - 1
}

/** Middle of a bucket, in milliseconds. */
export function bucketMillis(bucket: number): number {
  if (bucket <= 0) return 0.064
  const octave = Math.floor(bucket / PER_OCTAVE) + FIRST_OCTAVE
  const step = 2 ** (octave - 3)
  return (2 ** octave + (bucket % PER_OCTAVE) * step + step / 2) / 1000
}

/**
 * Latency below which the share `q` (0 to 1) of the counted answers lies, in milliseconds; null when nothing was counted.
 * Nearest-rank: the bucket that holds the ceil(q × n)-th smallest.
 */
export function percentile(counts: ArrayLike<number>, q: number): number | null {
  let total = 0
  for (let bucket = 0; bucket < counts.length; bucket++) total += counts[bucket] as number
  if (total === 0) return null
  const rank = Math.max(1, Math.ceil(q * total))
  let seen = 0
  for (let bucket = 0; bucket < counts.length; bucket++) {
    seen += counts[bucket] as number
    if (seen >= rank) return bucketMillis(bucket)
  }
  return bucketMillis(counts.length - 1)
}
