/**
 * Request ids: ULIDs (26 characters of Crockford's base 32), sortable by time: 48 bits of time and 80 of randomness. The ids of one
 * millisecond share their first 70 random bits and count in the last ten, so that an id costs one concatenation.
 */
import { randomFillSync } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const PAIRS = Array.from({ length: 1024 }, (_, value) => `${ALPHABET[value >> 5]}${ALPHABET[value & 31]}`)
/** Random characters that the ids of a millisecond share. */
const SHARED = 14

const pool = new Uint8Array(14 * 1024)
let used = pool.length
let lastTime = -1
let start = ''
/** Ids left under the present start. */
let left = 0
let next = 0

function encodeTime(epochMs: number): string {
  let text = ''
  let rest = epochMs
  for (let index = 0; index < 10; index++) {
    text = ALPHABET[rest % 32] + text
    rest = Math.floor(rest / 32)
  }
  return text
}

function begin(epochMs: number): void {
  if (used + SHARED + 2 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const codes: number[] = []
  const time = encodeTime(epochMs)
  for (let index = 0; index < 10; index++) codes.push(time.charCodeAt(index))
  for (let index = 0; index < SHARED; index++) codes.push(ALPHABET.charCodeAt((pool[used + index] as number) & 31))
  start = String.fromCharCode(...codes)
  // From the lower half on: at least 512 ids fit behind it.
  next = (((pool[used + SHARED] as number) << 8) | (pool[used + SHARED + 1] as number)) & 511
  left = PAIRS.length - next
  used += SHARED + 2
  lastTime = epochMs
}

/** A new ULID for a time in epoch milliseconds. */
export function ulid(epochMs: number): string {
  if (epochMs !== lastTime || left === 0) begin(epochMs)
  left -= 1
  const pair = PAIRS[next] as string
  next += 1
  return start + pair
}
