/** How long a body is, by Content-Length and Transfer-Encoding: the place where request smuggling is prevented. */
import type { FieldBlock } from './field-block.ts'
import { FIELD } from './known-fields.ts'

/** How the end of a body is found. */
export const FRAMING = { none: 0, length: 1, chunked: 2, untilClose: 3 } as const

/** One of the values of `FRAMING`. */
export type Framing = (typeof FRAMING)[keyof typeof FRAMING]

/** `contentLength` result: not a plain decimal number. */
export const BAD_LENGTH = -1
/** `contentLength` result: more than 2^53 - 1 bytes. */
export const HUGE_LENGTH = -2

/** Value of field `index` as a Content-Length (1*DIGIT, RFC 9110 §8.6), or `BAD_LENGTH`, `HUGE_LENGTH`. */
export function contentLength(fields: FieldBlock, index: number): number {
  const start = fields.at[index * 4 + 2] as number
  const end = fields.at[index * 4 + 3] as number
  if (start === end) return BAD_LENGTH
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = fields.text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return BAD_LENGTH
    value = value * 10 + digit
  }
  return value > Number.MAX_SAFE_INTEGER ? HUGE_LENGTH : value
}

/** Does the one Transfer-Encoding field say `chunked` and nothing else? In any case: names of codings are case-insensitive (RFC 9112 §7). */
export function isChunked(fields: FieldBlock): boolean {
  if ((fields.repeated & (1 << FIELD.transferEncoding)) !== 0) return false
  const coding = fields.ofKind(FIELD.transferEncoding)
  return coding === 'chunked' || coding?.toLowerCase() === 'chunked'
}

/**
 * Status for a request's Transfer-Encoding that is not plain `chunked`: 501 for a coding we do not implement in front of it;
 * 400 when the length of the body cannot be told (RFC 9112 §6.1, §6.3).
 */
export function transferEncodingFault(fields: FieldBlock): 400 | 501 {
  if ((fields.repeated & (1 << FIELD.transferEncoding)) !== 0) return 400
  const codings = (fields.ofKind(FIELD.transferEncoding) ?? '').toLowerCase().split(',')
  let chunked = 0
  for (let index = 0; index < codings.length; index++) {
    const coding = (codings[index] as string).trim()
    if (coding === '') return 400
    if (coding === 'chunked') chunked++
  }
  return chunked === 1 && (codings[codings.length - 1] as string).trim() === 'chunked' ? 501 : 400
}
