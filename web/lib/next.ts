/** Where to go after signing in: the address that was asked for, as long as it is one of ours. */

/** Nowhere real: addresses are read against it, and must not lead away from it. */
const HERE = 'http://here.invalid'
/** Longer ones are of no use to anybody. */
const LONGEST = 2048

/** The path, search and hash of `value` when it is an address on this page; undefined when it leads elsewhere, or to signing in. */
export function safeNext(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST || !value.startsWith('/')) return undefined
  // Browsers drop control characters and read a backslash as a slash.
  if (/[\p{Cc}\\]/u.test(value)) return undefined
  let url: URL
  try {
    url = new URL(value, HERE)
  } catch {
    return undefined
  }
  // `//elsewhere` is another host, and so is what `/.//elsewhere` becomes.
  if (url.origin !== HERE || value.startsWith('//') || url.pathname.startsWith('//')) return undefined
  if (/^\/(?:sign-in|setup|api|assets)(?:\/|$)/.test(url.pathname)) return undefined
  return url.pathname + url.search + url.hash
}
