/** Byte classes of HTTP/1.1: one table lookup per byte instead of comparisons. */

export const HT = 9
export const LF = 10
export const CR = 13
export const SP = 32
export const COMMA = 44
export const SLASH = 47
export const COLON = 58
export const SEMICOLON = 59
export const QUESTION = 63
export const PERCENT = 37
export const DOT = 46
export const BACKSLASH = 92

function table(chars: string, value = 1): Uint8Array {
  const out = new Uint8Array(256)
  for (let index = 0; index < chars.length; index++) out[chars.charCodeAt(index)] = value
  return out
}

const DIGITS = '0123456789'
const LOWER_CASE = 'abcdefghijklmnopqrstuvwxyz'
const UPPER_CASE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const SUB_DELIMS = "!$&'()*+,;="

/** 1 for a byte of a token (RFC 9110 §5.6.2). */
export const TOKEN = table(`!#$%&'*+-.^_\`|~${DIGITS}${LOWER_CASE}${UPPER_CASE}`)

/** 1 for a byte that a field value may hold: HT, SP, visible ASCII and obs-text (RFC 9110 §5.5). */
export const FIELD_VALUE = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) FIELD_VALUE[byte] = byte === HT || (byte >= SP && byte !== 0x7f) ? 1 : 0

/** 0 for a byte refused in a request target (controls, SP, `#`, above 0x7E), else 1: also for those that clients should have escaped. */
export const TARGET = new Uint8Array(256)
for (let byte = 0x21; byte <= 0x7e; byte++) TARGET[byte] = 1
TARGET['#'.charCodeAt(0)] = 0

/** Host byte that must be lowered before it is compared. */
export const HOST_UPPER = 2

/** Bytes of a reg-name without percent-encoding (RFC 3986 §3.2.2): 1, or `HOST_UPPER` for A–Z. */
export const HOST = table(`-._~${SUB_DELIMS}${DIGITS}${LOWER_CASE}`)
for (const char of UPPER_CASE) HOST[char.charCodeAt(0)] = HOST_UPPER

/** 1 for a byte between the brackets of an IPv6 literal. */
export const IP_LITERAL = table(`:.${DIGITS}abcdefABCDEF`)

/** Value of a hexadecimal digit plus one; 0 for any other byte. */
export const HEX = new Uint8Array(256)
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit + 1
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit + 1
}

/** 1 for unreserved characters (RFC 3986 §2.3): percent-encoding one of them means nothing. */
export const UNRESERVED = table(`-._~${DIGITS}${LOWER_CASE}${UPPER_CASE}`)

/** Lower case of a field name's byte; `_` counts as `-`, because CGI-style backends cannot tell them apart. */
export const NAME_FOLD = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) NAME_FOLD[byte] = byte >= 65 && byte <= 90 ? byte + 32 : byte === 95 ? 45 : byte
