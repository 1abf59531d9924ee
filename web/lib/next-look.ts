/** When a live chart asks again: as soon as there is a step more to show. Pure. */

/** Never sooner than this after the last time, milliseconds. */
const SOONEST_MS = 2000
const LATEST_MS = 60_000
/** The second that ends a step is counted and stored about this long after its end. */
const SETTLED_MS = 1200
const AFTER_FAILURE_MS = 10_000

export interface Look {
  /** Length of a step, milliseconds; 0 while it is not known. */
  step: number
  /** When the last answer or failure came; epoch milliseconds, as `now`. */
  askedAt: number
  failed: boolean
  now: number
}

/** Milliseconds until then. Asked again later, it names the same moment: a timer that is set anew is not put off. */
export function nextLook({ step, askedAt, failed, now }: Look): number {
  const over = step > 0 ? Math.floor((askedAt - SETTLED_MS) / step + 1) * step + SETTLED_MS : 0
  const wanted = failed ? askedAt + AFTER_FAILURE_MS : Math.max(over, askedAt + SOONEST_MS)
  return Math.max(250, Math.min(wanted, askedAt + LATEST_MS) - now)
}
