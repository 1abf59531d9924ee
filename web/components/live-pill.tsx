/** Whether what is on screen is fresh. */
import { useLiveState } from '../lib/live.ts'

export function LivePill() {
  const { state, retryIn, stale } = useLiveState()
  const late = state === 'live' && stale
  const text = late ? 'Late' : state === 'live' ? 'Live' : state === 'paused' ? 'Paused' : `Reconnecting ${retryIn} s`
  const tone = late || state === 'reconnecting' ? 'warn' : state === 'live' ? 'good' : 'dim'
  return (
    <span className="ek-pill ek-mark" data-tone={tone} role="status" aria-live="polite">
      <i aria-hidden />
      {text}
    </span>
  )
}
