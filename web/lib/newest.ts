/** Which of two states of the balancer is the newer one: answers and stream come by different ways, and may overtake each other. */
import type { Status } from '../../shared/api/live.ts'

type Stamp = Pick<Status, 'boot' | 'now'>

/** A clock that was set back by more than this makes an older time the newer state. Milliseconds. */
const SET_BACK_MS = 60_000

/** Answers a function that tells whether a state is as new as any it was asked about before. */
export function watchNewest(): (status: Stamp) => boolean {
  let newest: Stamp | undefined
  return ({ boot, now }) => {
    const behind = newest === undefined || newest.boot !== boot ? 0 : newest.now - now
    if (behind > 0 && behind <= SET_BACK_MS) return false
    newest = { boot, now }
    return true
  }
}

/** Of all states that this page has been told. */
export const isNewest = watchNewest()
