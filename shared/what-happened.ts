/**
 * What happened in a window of time: the one place where counts become figures, for the live numbers of the API and the page as
 * well as for each step of a chart. Pure.
 */

/** How far back live figures look, in seconds. */
export const RECENT_SECONDS = 10

/** Counts of a window; a `Sample` has them. */
export interface WindowCounts {
  requests: number
  s1xx: number
  s2xx: number
  s3xx: number
  s4xx: number
  s5xx: number
  ours: number
  aborted: number
  bytesOut: number
}

/** Figures of a window. */
export interface Happened {
  /** Real length of the window in seconds; 0: nothing has been counted yet. */
  seconds: number
  /** Null when nothing has been counted yet. A try that is repeated elsewhere is a request to each backend that got it. */
  requestsPerSecond: number | null
  /** Responses 5xx of backends, and responses of Evenkeel because no backend gave one. */
  failed: number
  /** Share of the requests that ended in the window (answered, or given up by the client) that failed, 0 to 1; null when none ended. */
  errorShare: number | null
  /** Bytes sent to clients per second; null when nothing has been counted yet. */
  bytesPerSecond: number | null
}

/** Figures of the counts of `seconds` seconds. */
export function whatHappened(counts: WindowCounts, seconds: number): Happened {
  const { s1xx, s2xx, s3xx, s4xx, s5xx, ours, aborted } = counts
  const failed = s5xx + ours
  const ended = s1xx + s2xx + s3xx + s4xx + failed + aborted
  return {
    seconds,
    requestsPerSecond: seconds > 0 ? counts.requests / seconds : null,
    failed,
    errorShare: ended > 0 ? failed / ended : null,
    bytesPerSecond: seconds > 0 ? counts.bytesOut / seconds : null,
  }
}

/** The window in words, as it stands once on each screen. */
export function windowWords(seconds: number): string {
  return seconds > 0 ? `last ${seconds} s` : 'nothing counted yet'
}
