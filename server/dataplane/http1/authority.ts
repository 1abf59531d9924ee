/** Host and port as they stand in a Host field or an absolute-form target (RFC 9110 §7.2, RFC 3986 §3.2). */
import { COLON, HOST, HOST_UPPER, IP_LITERAL } from './tables.ts'

const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93

/**
 * Checks `text[start, end)` as `host [":" port]`. Returns the host in lower case, brackets kept, one trailing dot removed, as routes
 * are matched against it; undefined when it is not valid. User information, percent-encoding and IPvFuture are refused.
 */
export function hostOf(text: string, start: number, end: number): string | undefined {
  if (start === end) return undefined
  if (text.charCodeAt(start) === OPEN_BRACKET) return literalOf(text, start, end)
  let at = start
  let classes = 0
  while (at < end) {
    const kind = HOST[text.charCodeAt(at)] as number
    if (kind === 0) break
    classes |= kind
    at++
  }
  if (at === start || !isPort(text, at, end)) return undefined
  let hostEnd = at
  // "example.com." names the same host: a route for "example.com" must not be passed by it.
  if (text.charCodeAt(hostEnd - 1) === 46) hostEnd--
  if (hostEnd === start || text.charCodeAt(hostEnd - 1) === 46) return undefined
  const host = text.substring(start, hostEnd)
  return (classes & HOST_UPPER) !== 0 ? host.toLowerCase() : host
}

/** The port in `host [":" port]`; '' when there is none. */
export function portOf(authority: string): string {
  const colon = authority.lastIndexOf(':')
  // Colons before the last one are those of an IPv6 address, which ends in a bracket where a port follows.
  if (colon < 0 || (authority.indexOf(':') !== colon && authority.charCodeAt(colon - 1) !== CLOSE_BRACKET)) return ''
  const port = authority.slice(colon + 1)
  return /^\d{1,5}$/.test(port) ? String(Number(port)) : ''
}

function literalOf(text: string, start: number, end: number): string | undefined {
  let at = start + 1
  while (at < end && IP_LITERAL[text.charCodeAt(at)] === 1) at++
  if (at < start + 3 || text.charCodeAt(at) !== CLOSE_BRACKET || !isPort(text, at + 1, end)) return undefined
  return text.substring(start, at + 1).toLowerCase()
}

/** Nothing, or a colon and at most five digits up to 65535 (none is allowed: RFC 3986 §3.2.3). */
function isPort(text: string, start: number, end: number): boolean {
  if (start === end) return true
  if (text.charCodeAt(start) !== COLON || end - start > 6) return false
  let port = 0
  for (let at = start + 1; at < end; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return false
    port = port * 10 + digit
  }
  return port <= 65_535
}
