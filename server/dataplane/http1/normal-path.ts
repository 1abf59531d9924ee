/**
 * The normal form of a path, and what routes are matched against. One spelling per meaning, so that a route that guards `/admin/*` cannot
 * be passed by writing the path differently (RFC 3986 §6.2.2).
 *
 * Normal form (`normalTarget`; it is forwarded):
 * - percent-encoded unreserved characters are decoded (`%61` → `a`), other escapes get upper-case digits (`%2f` → `%2F`);
 * - characters that a URI may not hold (`"<>\^`{|}`) are percent-encoded;
 * - repeated slashes become one, then `.` and `..` segments are resolved; above the root stays at the root;
 * - refused: `%00`, an incomplete escape, and segments that some servers read as dot segments and others do not: dots followed by `;`
 *   (`..;x`) or next to an encoded slash or backslash (`..%2F`). An encoded slash next to another slash stays (`/vhosts/%2F/queues`).
 *
 * Match form (`matchPath` of the normal form; routes look at it): `%2F` and `%5C` count as `/`, and several in a row as one; `;parameters` of a segment are left out
 * (and a segment of nothing else with them), and other escapes of visible ASCII are decoded, except `%25`. Backends differ in how they
 * read those, so a guard takes every reading.
 */
import { HEX, PERCENT, SEMICOLON, SLASH, TARGET, TARGET_ENCODE, UNRESERVED } from './tables.ts'

const DOT = 46
const HEX_DIGITS = '0123456789ABCDEF'

/** Path in normal form, the same string when there is nothing to do; undefined when it must be refused. Starts with `/`. */
export function normalTarget(path: string): string | undefined {
  const length = path.length
  if (length === 0 || path.charCodeAt(0) !== SLASH) return undefined
  let before = 0
  for (let index = 0; index < length; index++) {
    const byte = path.charCodeAt(index)
    const kind = byte > 255 ? 0 : (TARGET[byte] as number)
    if (kind === 0) return undefined
    // A dot at the start of a segment may be a dot segment; anything else with a dot in it is not.
    const suspect = kind === TARGET_ENCODE || byte === PERCENT || (before === SLASH && (byte === SLASH || byte === DOT))
    if (suspect) return rewrite(path)
    before = byte
  }
  return path
}

function rewrite(path: string): string | undefined {
  const decoded = normalEscapes(path)
  if (decoded === undefined) return undefined
  const segments = decoded.split('/')
  const last = segments.length - 1
  const out: string[] = []
  let trailingSlash = false
  for (let index = 1; index <= last; index++) {
    const segment = segments[index] as string
    trailingSlash = index === last && (segment === '' || segment === '.' || segment === '..')
    if (segment === '' || segment === '.') continue
    if (segment === '..') out.pop()
    else if (isAmbiguous(segment)) return undefined
    else out.push(segment)
  }
  const joined = `/${out.join('/')}`
  return trailingSlash && joined.length > 1 ? `${joined}/` : joined
}

/** Escapes in their normal spelling; characters that must be escaped are. */
function normalEscapes(path: string): string | undefined {
  let out = ''
  for (let index = 0; index < path.length; index++) {
    const byte = path.charCodeAt(index)
    if (byte !== PERCENT) {
      out += TARGET[byte] === TARGET_ENCODE ? escapeByte(byte) : path.charAt(index)
      continue
    }
    const value = escaped(path, index)
    if (value <= 0) return undefined
    out += UNRESERVED[value] === 1 ? String.fromCharCode(value) : escapeByte(value)
    index += 2
  }
  return out
}

/** Byte that the escape at `index` stands for, or -1. */
function escaped(text: string, index: number): number {
  if (index + 2 >= text.length) return -1
  const high = HEX[text.charCodeAt(index + 1) & 255] as number
  const low = HEX[text.charCodeAt(index + 2) & 255] as number
  return high === 0 || low === 0 ? -1 : (high - 1) * 16 + low - 1
}

function escapeByte(byte: number): string {
  return `%${HEX_DIGITS.charAt(byte >> 4)}${HEX_DIGITS.charAt(byte & 15)}`
}

/** Would this segment, split at encoded slashes and cut at `;`, become a dot segment for some servers? */
function isAmbiguous(segment: string): boolean {
  if (!segment.includes(';') && !segment.includes('%')) return false
  const parts = segment.split(/%2F|%5C/)
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as string
    const cut = part.search(/;|%3B/)
    const bare = cut < 0 ? part : part.slice(0, cut)
    if (bare === '.' || bare === '..') return true
  }
  return false
}

/** What routes are compared with, from a path in normal form: the same string unless it holds `%` or `;`. */
export function matchPath(normal: string): string {
  for (let index = 0; index < normal.length; index++) {
    const byte = normal.charCodeAt(index)
    if (byte === PERCENT || byte === SEMICOLON) return decodeForMatch(normal)
  }
  return normal
}

function decodeForMatch(normal: string): string {
  let out = ''
  let inParameters = false
  for (let index = 0; index < normal.length; index++) {
    const byte = normal.charCodeAt(index)
    const value = byte === PERCENT ? escaped(normal, index) : byte
    const slash = value === SLASH || (byte === PERCENT && value === 0x5c)
    if (slash) inParameters = false
    else if (value === SEMICOLON) inParameters = true
    if (!inParameters) {
      if (slash) out += out.endsWith('/') ? '' : '/'
      else if (byte !== PERCENT) out += normal.charAt(index)
      else out += value > 0x20 && value < 0x7f && value !== PERCENT ? String.fromCharCode(value) : escapeByte(value)
    }
    if (byte === PERCENT) index += 2
  }
  return out
}

/** Query, its `?` included, with the characters percent-encoded that a URI may not hold; everything else as sent. */
export function normalQuery(query: string): string {
  let out = ''
  for (let index = 0; index < query.length; index++) {
    const byte = query.charCodeAt(index)
    out += TARGET[byte] === TARGET_ENCODE ? escapeByte(byte) : query.charAt(index)
  }
  return out
}
