/** Where the time of a request went, as bars on one axis. Pure. */
import type { ExchangeRecord } from '../../../shared/api/records.ts'
import { attemptEnd, type Tone } from './attempt-end.ts'

export type Phase = 'queue' | 'connect' | 'wait' | 'transfer' | 'failed' | 'attempt'

/** No connection is made faster than this, in milliseconds. */
const REUSED_MS = 0.05

export interface Bar {
  key: string
  phase: Phase
  label: string
  /** Milliseconds since the request began. */
  from: number
  to: number
  /** In words, beside the time. */
  note?: string
}

/** When an attempt really began: the first one after the queue. */
function startOf({ attempts, queueMs }: ExchangeRecord, index: number): number {
  const started = attempts[index]?.startedMs ?? 0
  return index <= 0 ? Math.max(started, queueMs ?? 0) : started
}

/** Queue, connect, first byte and transfer of the attempt that counted; what did not happen has no bar. */
export function phaseBars(exchange: ExchangeRecord): Bar[] {
  const { queueMs, connectMs, firstByteMs, totalMs, attempts, ours } = exchange
  const last = attempts.at(-1)
  const began = startOf(exchange, attempts.length - 1)
  const bars: Bar[] = []
  const add = (phase: Phase, label: string, from: number, to: number, note?: string) =>
    bars.push({ key: phase, phase, label, from, to: Math.max(from, to), ...(note !== undefined && { note }) })
  if (queueMs !== null && queueMs > 0) add('queue', 'Queue', 0, queueMs, 'every backend was full')
  if (connectMs !== null) {
    const from = Math.min(began, connectMs)
    add(
      'connect',
      'Connect',
      from,
      connectMs,
      connectMs - from < REUSED_MS ? 'a kept connection was used again' : undefined,
    )
  }
  const waited = connectMs ?? began
  if (firstByteMs !== null) {
    add('wait', 'Wait for first byte', Math.min(waited, firstByteMs), firstByteMs)
    if (!ours) add('transfer', 'Transfer', firstByteMs, totalMs)
  } else if (last !== undefined && last.endedMs > waited) {
    add('wait', connectMs === null ? 'Connect or wait' : 'Wait for first byte', waited, last.endedMs, 'no answer came')
  }
  return bars
}

/** Each attempt as its own bar. */
export function attemptBars(exchange: ExchangeRecord): (Bar & { tone: Tone })[] {
  return exchange.attempts.map(({ backend, endedMs, reason }, index) => {
    const from = startOf(exchange, index)
    const { tone, words } = attemptEnd(exchange, index)
    const notes = [words, reason].filter(Boolean)
    return {
      key: `${index}`,
      phase: tone === 'bad' ? 'failed' : 'attempt',
      tone,
      label: backend,
      from,
      to: Math.max(from, endedMs),
      ...(notes.length > 0 && { note: notes.join(' · ') }),
    }
  })
}
