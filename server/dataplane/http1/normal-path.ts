/**
 * Two forms of a path: the one that is forwarded, and the one that routes are matched against. A route that guards `/admin/*` cannot be
 * passed by writing the path differently, and still a backend gets what its client has written: signatures and object names depend on it.
 *
 * Forwarded (`forwardedPath`): byte for byte what came. Only dot segments, plain or encoded (`..`, `%2e`, `.%2E`), are resolved, since a
 * backend that did so itself would read another path than the route. Slashes in a row count as one there: the segment that `..` takes
 * away is the last one with a name, as in nginx. Above the root stays at the root.
 * Refused: `%00`, an incomplete escape, and segments that some servers read as dot segments and others do not: dots followed by `;`
 * (`..;x`) or next to an encoded slash or a backslash (`..%2F`). An encoded slash next to another slash stays (`/vhosts/%2F/queues`).
 *
 * Match form (`matchPath` of the forwarded path; routes look at it): one spelling per meaning. Several slashes count as one, and so do `%2F`,
 * `%5C` and `\`; `;parameters` of a segment are left out (and a segment of nothing else with them); escapes of visible ASCII are decoded,
 * except `%25`, others get upper-case digits. Backends differ in how they read those, so a guard takes every reading but one: an encoded
 * slash within `;parameters` ends them here, while some servers take it for a part of them.
 *
 * A path that begins with two slashes has one more reading (`pathBehindHost`): URL parsers take what follows for a host. When that leads to
 * another route, the slashes are forwarded as one (`withOneSlash`).
 */
import { BACKSLASH, DOT, HEX, PERCENT, SEMICOLON, SLASH, TARGET, UNRESERVED } from './tables.ts'

const HEX_DIGITS = '0123456789ABCDEF'
const SLASHES_AT_FRONT = /^\/[/\\]+/

/** The path to forward, the same string unless dot segments are in it; undefined when it must be refused. Starts with `/`. */
export function forwardedPath(path: string): string | undefined {
  const length = path.length
  if (length === 0 || path.charCodeAt(0) !== SLASH) return undefined
  let before = 0
  for (let index = 0; index < length; index++) {
    const byte = path.charCodeAt(index)
    if (byte > 255 || TARGET[byte] === 0) return undefined
    // A dot at the start of a segment may be a dot segment; anything else with a dot in it is not.
    if (byte === PERCENT || byte === BACKSLASH || (byte === DOT && before === SLASH)) return resolved(path)
    before = byte
  }
  return path
}

function resolved(path: string): string | undefined {
  const segments = path.split('/')
  const last = segments.length - 1
  const out: string[] = []
  let kept = true
  for (let index = 1; index <= last; index++) {
    const segment = segments[index] as string
    const normal = normalEscapes(segment)
    if (normal === undefined || isAmbiguous(normal)) return undefined
    const dots = normal === '.' || normal === '..'
    if (!dots) out.push(segment)
    else {
      kept = false
      if (normal === '..') dropLast(out)
      if (index === last) out.push('')
    }
  }
  return kept ? path : `/${out.join('/')}`
}

/** The last segment with a name goes, and the empty ones behind it. */
function dropLast(segments: string[]): void {
  while (segments.length > 0 && segments.pop() === '');
}

/** Escapes of unreserved characters decoded, others in upper case (RFC 3986 §6.2.2); undefined when one is incomplete or `%00`. */
function normalEscapes(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  let out = ''
  for (let index = 0; index < segment.length; index++) {
    if (segment.charCodeAt(index) !== PERCENT) {
      out += segment.charAt(index)
      continue
    }
    const value = escaped(segment, index)
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
  if (!/[;%\\]/.test(segment)) return false
  const parts = segment.split(/%2F|%5C|\\/)
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as string
    const cut = part.search(/;|%3B/)
    const bare = cut < 0 ? part : part.slice(0, cut)
    if (bare === '.' || bare === '..') return true
  }
  return false
}

/** What routes are compared with, from a path as it is forwarded: the same string unless `//`, `%`, `;` or `\` is in it. */
export function matchPath(path: string): string {
  let before = 0
  for (let index = 0; index < path.length; index++) {
    const byte = path.charCodeAt(index)
    if (byte === PERCENT || byte === SEMICOLON || byte === BACKSLASH || (byte === SLASH && before === SLASH))
      return decodeForMatch(path)
    before = byte
  }
  return path
}

function decodeForMatch(path: string): string {
  let out = ''
  let inParameters = false
  for (let index = 0; index < path.length; index++) {
    const byte = path.charCodeAt(index)
    const value = byte === PERCENT ? escaped(path, index) : byte
    const slash = value === SLASH || value === BACKSLASH
    if (slash) inParameters = false
    else if (value === SEMICOLON) inParameters = true
    if (!inParameters) {
      if (slash) out += out.endsWith('/') ? '' : '/'
      else if (byte !== PERCENT) out += path.charAt(index)
      else out += value > 0x20 && value < 0x7f && value !== PERCENT ? String.fromCharCode(value) : escapeByte(value)
    }
    if (byte === PERCENT) index += 2
  }
  return out
}

/**
 * Match form of what a URL parser leaves of a forwarded path that begins with `//`, having taken the first name for a host (RFC 3986 §4.2):
 * `//a/b` → `/b`. '' for any other path.
 */
export function pathBehindHost(path: string): string {
  const second = path.charCodeAt(1)
  if (second !== SLASH && second !== BACKSLASH) return ''
  const rest = path.replace(SLASHES_AT_FRONT, '')
  const end = rest.search(/[/\\]/)
  return end < 0 ? '/' : matchPath(rest.slice(end))
}

/** A forwarded path (or target) with the slashes at its front as one. */
export function withOneSlash(path: string): string {
  return path.replace(SLASHES_AT_FRONT, '/')
}
