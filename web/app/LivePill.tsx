/** Live, Paused, or Reconnecting in N s; pressing it pauses, goes on, or tries again now. */
import { Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import { formatSpan } from '../lib/format.ts'
import { type LiveState, liveStream } from '../lib/live.ts'
import { useLiveState } from '../lib/live-hooks.ts'
import styles from './live-pill.module.css'

/** This machine's time, moving only while somebody counts seconds. */
function useSeconds(running: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!running) return undefined
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [running])
  return now
}

function words({ mode, retryAt, stale, heardAt }: LiveState, now: number): { text: string; hint: string } {
  const age = heardAt === null ? '' : ` What you see is ${formatSpan(now - heardAt)} old.`
  if (mode === 'paused') return { text: 'Paused', hint: 'Press to go on with live numbers.' }
  if (mode === 'connecting') return { text: 'Connecting', hint: 'Asking the server for live numbers.' }
  if (mode === 'live' && !stale) return { text: 'Live', hint: 'Numbers come once a second. Press to pause.' }
  if (mode === 'live') return { text: 'Late', hint: `No numbers for three seconds.${age}` }
  const left = Math.max(0, Math.ceil(((retryAt ?? now) - now) / 1000))
  return {
    text: left === 0 ? 'Reconnecting' : `Reconnecting ${left} s`,
    hint: `The connection is lost. Press to try now.${age}`,
  }
}

export function LivePill() {
  const state = useLiveState()
  const now = useSeconds(state.mode === 'reconnecting' || state.stale)
  const { text, hint } = words(state, now)
  const look =
    state.mode === 'live' && !state.stale ? styles.beat : state.mode === 'paused' ? styles.square : styles.late
  const press = () => (state.mode === 'reconnecting' ? liveStream.retryNow() : liveStream.toggle())
  return (
    <Tooltip label={hint} multiline maw={260}>
      <button type="button" className={`${styles.pill} tnum`} onClick={press} aria-label={`${text}. ${hint}`}>
        <span className={`${styles.dot} ${look}`} />
        {text}
      </button>
    </Tooltip>
  )
}
