/** Request ids: ULIDs, sortable by time. 48 bits of time and 80 of randomness; cheap enough for every request. */
import { randomFillSync } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const pool = new Uint8Array(16 * 1024)
let used = pool.length
let lastTime = -1
let timePart = ''

function encodeTime(epochMs: number): string {
  let text = ''
  let rest = epochMs
  for (let index = 0; index < 10; index++) {
    text = ALPHABET[rest % 32] + text
    rest = Math.floor(rest / 32)
  }
  return text
}

/** A new ULID (26 characters) for a time in epoch milliseconds. */
export function ulid(epochMs: number): string {
  if (epochMs !== lastTime) {
    lastTime = epochMs
    timePart = encodeTime(epochMs)
  }
  if (used + 16 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  let text = timePart
  for (let index = 0; index < 16; index++) text += ALPHABET[(pool[used + index] as number) & 31]
  used += 16
  return text
}
