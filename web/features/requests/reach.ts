/** How far back the log of requests reaches, in words. Pure. */
import type { ExchangeLogReach } from '../../../shared/api/exchanges.ts'
import { count, duration } from '../../lib/format.ts'

const DAY_MS = 86_400_000

/** `16:31` today, `Mon 16:31` within a week, `3 Nov 16:31` before that. */
export function sinceTime(at: number, now: number): string {
  const date = new Date(at)
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  if (date.toDateString() === new Date(now).toDateString()) return time
  if (now - at < 6 * DAY_MS) return `${date.toLocaleDateString('en-GB', { weekday: 'short' })} ${time}`
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`
}

/** How long something is kept: `7 days`, `12 h`. */
export function keptFor(ms: number): string {
  return ms >= 2 * DAY_MS && ms % DAY_MS === 0 ? `${ms / DAY_MS} days` : duration(ms)
}

/** One line: since when errors and samples are there, and what is missing. */
export function reachWords({ errors, samples }: ExchangeLogReach, now: number): string {
  const parts = [
    `Errors and slow requests since ${sinceTime(errors.since, now)} (kept for ${keptFor(errors.keptMs)})`,
    `samples of the others since ${sinceTime(samples.since, now)} (at most 200 a second)`,
  ]
  const leftOut =
    errors.leftOut > 0
      ? ` Of errors that are all alike some are kept; ${count(errors.leftOut)} more are only counted.`
      : ''
  const unsaved = errors.stored ? '' : ' They cannot be saved at present: new ones are in memory only.'
  return `${parts.join(', ')}.${leftOut}${unsaved}`
}
