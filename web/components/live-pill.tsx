/** Whether what is on screen is fresh. */
import { type Contact, useContact } from '../lib/contact.ts'
import { duration } from '../lib/format.ts'

/** What the pill says: to the eye with seconds, to the ear without, so that it is not read out once a second. */
export function pillWords({ state, retryIn, lostFor }: Contact): { tone: string; shown: string; spoken: string } {
  if (state === 'reconnecting')
    return { tone: 'warn', shown: `Reconnecting ${retryIn} s`, spoken: 'Reconnecting to the balancer' }
  if (lostFor > 0)
    return { tone: 'warn', shown: `No data for ${duration(lostFor)}`, spoken: 'No contact with the balancer' }
  return state === 'live'
    ? { tone: 'good', shown: 'Live', spoken: 'Live' }
    : { tone: 'dim', shown: 'Paused', spoken: 'Paused' }
}

export function LivePill() {
  const { tone, shown, spoken } = pillWords(useContact())
  return (
    <span className="ek-pill ek-mark" data-tone={tone}>
      <i aria-hidden />
      <span aria-hidden>{shown}</span>
      <span className="ek-hidden" role="status" aria-live="polite">
        {spoken}
      </span>
    </span>
  )
}
