/**
 * Hashes of text and numbers, the same in every worker, process and version: moving a key costs somebody's cache.
 * FNV-1a over UTF-16 units (Fowler, Noll, Vo; IETF draft-eastlake-fnv) and the 32-bit finisher of MurmurHash3 (Appleby, public domain).
 */

/** Spreads every bit of a 32-bit number over all of them. Signed 32-bit result. */
export function mix(value: number): number {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

/** Hash of a text. Signed 32-bit result. */
export function hashText(text: string, seed = 0): number {
  let bits = 0x811c9dc5 ^ seed
  for (let index = 0; index < text.length; index++) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193)
  return mix(bits)
}
