/**
 * Histograms as they are stored: pairs of (buckets skipped since the last one, count), both as variable-length integers of
 * seven bits a byte. A quiet backend's histogram takes a few bytes instead of one number per bucket.
 */

/** The stored form of a histogram; null when nothing was counted. */
export function encodeSparse(counts: ArrayLike<number>): Buffer | null {
  const bytes: number[] = []
  let next = 0
  for (let bucket = 0; bucket < counts.length; bucket++) {
    const count = counts[bucket] as number
    if (count === 0) continue
    push(bytes, bucket - next)
    push(bytes, count)
    next = bucket + 1
  }
  return bytes.length === 0 ? null : Buffer.from(bytes)
}

/** Adds a stored histogram to `into`; buckets beyond its end are added to the last one. */
export function addSparse(stored: Uint8Array | null, into: Float64Array): void {
  if (stored === null) return
  let at = 0
  let bucket = 0
  const read = () => {
    let value = 0
    let scale = 1
    while (at < stored.length) {
      const byte = stored[at++] as number
      value += (byte & 127) * scale
      if (byte < 128) break
      scale *= 128
    }
    return value
  }
  while (at < stored.length) {
    bucket += read()
    const index = Math.min(bucket, into.length - 1)
    into[index] = (into[index] as number) + read()
    bucket++
  }
}

/** Sum of two stored histograms. */
export function mergeSparse(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  if (a === null || b === null) return a ?? b
  const sum = new Float64Array(MOST_BUCKETS)
  addSparse(a, sum)
  addSparse(b, sum)
  return encodeSparse(sum)
}

/** More buckets than any histogram has. */
const MOST_BUCKETS = 1024

function push(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
}
