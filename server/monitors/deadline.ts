/** Time limits that stay fair when this process was the slow one. */

/** A limit that fires later than this was held up by our own event loop, in milliseconds. */
const LATE_MS = 100
/** What is then added, once, so that answers which have already arrived can be read. Milliseconds. */
const EXTENSION_MS = 500

/**
 * Calls `expire` after `ms` milliseconds unless the returned function is called first. When the event loop was blocked meanwhile, the
 * answer may be waiting unread in the socket; the limit is then extended once, so that a busy process does not call its backends sick.
 */
export function startDeadline(ms: number, expire: () => void): () => void {
  const due = performance.now() + ms
  let timer = setTimeout(() => {
    if (performance.now() - due <= LATE_MS) expire()
    else timer = setTimeout(expire, Math.min(ms, EXTENSION_MS))
  }, ms)
  return () => clearTimeout(timer)
}
