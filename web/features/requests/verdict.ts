/** What happened to a request, in a sentence or two, and how each of its attempts ended. Pure. */
import type { ExchangeRecord, NotRetried } from '../../../shared/api/records.ts'
import { millis } from '../../lib/format.ts'
import type { Tone } from './attempt-end.ts'
import { phaseBars } from './waterfall.ts'

const notRetriedWords: Record<NotRetried, (exchange: ExchangeRecord) => string> = {
  budget: () => "the pool's retry budget was used up (a fifth of the requests of the last 10 s, at least 100)",
  'not-idempotent': ({ method }) =>
    `the backend may have acted on it, and a ${method} may do harm when it is done twice`,
  'body-gone': () => 'its body was larger than bufferedBody, so it could not be sent again',
  'no-other-backend': () => 'no backend was left to try',
  'status-not-in-retry-on': ({ status }) => `${status} is not in retry.on`,
  'response-begun': () => 'the response had begun',
  'attempts-used-up': () => 'it had been tried as often as retry.attempts allows',
  'retries-off': () => 'retries are off (retry.attempts is 0)',
  'timed-out': () => 'the whole time for a response had passed, and another try would have doubled it',
  'client-left': () => 'the client had left',
}

/** Why there was no further attempt, without a full stop; '' when there is nothing to tell. */
export function notRetriedText(exchange: ExchangeRecord): string {
  return exchange.notRetried === undefined ? '' : notRetriedWords[exchange.notRetried](exchange)
}

const sentence = (text: string) => (text === '' || /[.!?…]$/.test(text) ? text : `${text}.`)

/** "b1 failed: status 503. " for the attempts before the one that counted. */
function beforeLast({ attempts }: ExchangeRecord, upTo: number): string {
  return attempts
    .slice(0, upTo)
    .map(({ backend, outcome }) => `${sentence(`${backend} failed: ${outcome}`)} `)
    .join('')
}

/** What took longest, for one that is in the log because it was slow. */
function slowness(exchange: ExchangeRecord): string {
  if (exchange.loggedBecause !== 'slow' || exchange.status === 101) return ''
  const longest = phaseBars(exchange).reduce(
    (most, bar) => (bar.to - bar.from > most.ms ? { ms: bar.to - bar.from, label: bar.label } : most),
    { ms: 0, label: '' },
  )
  const part = longest.label === '' ? '' : `, ${millis(longest.ms)} of it: ${longest.label.toLowerCase()}`
  return ` Slow: ${millis(exchange.totalMs)}${part}.`
}

function ownAnswer(exchange: ExchangeRecord): string {
  const { attempts, status, detail } = exchange
  const said = sentence(detail ?? '')
  if (exchange.pool === null && attempts.length === 0) return `Evenkeel refused it with ${status}. ${said}`
  if (attempts.length === 0) return `Evenkeel answered ${status}; no backend was tried. ${said}`
  return `${beforeLast(exchange, attempts.length)}Evenkeel answered ${status}.`
}

function backendAnswer(exchange: ExchangeRecord): string {
  const { attempts, status, backend } = exchange
  const before = beforeLast(exchange, attempts.length - 1)
  const who = `${before === '' ? '' : 'Then '}${backend ?? 'the backend'}`
  if (status === 101)
    return `${before}${who} took it over as ${status} (a WebSocket or another upgrade), open for ${millis(exchange.totalMs)}.`
  return `${before}${who} answered ${status}${status >= 400 ? ' itself' : ''}.`
}

/** The verdict on a request: what happened, whose it was, and why it was not tried again. */
export function verdictOf(exchange: ExchangeRecord): { tone: Tone; text: string } {
  const { status, outcome, ours, detail, attempts, backend } = exchange
  const reason = notRetriedText(exchange)
  const notRetried = reason === '' ? '' : ` Not retried: ${reason}.`
  const told = (tone: Tone, text: string) => ({ tone, text: `${text.trim()}` })
  if (outcome === 'client-timeout' || outcome === 'cut')
    return told(outcome === 'cut' ? 'warn' : 'bad', sentence(detail ?? '') || 'Evenkeel closed the connection.')
  if (outcome === 'client-aborted') {
    const when = status > 0 ? 'in the middle of the response' : 'before a response had come'
    return told(
      'dim',
      `${beforeLast(exchange, attempts.length - 1)}The client left after ${millis(exchange.totalMs)}, ${when}.`,
    )
  }
  if (outcome === 'backend-broke')
    return told('bad', `${backend ?? 'The backend'} broke off in the middle of its response.${notRetried}`)
  if (ours) return told(status >= 500 ? 'bad' : 'warn', `${ownAnswer(exchange)}${notRetried}`)
  const tone =
    status >= 500
      ? 'bad'
      : status >= 400
        ? 'warn'
        : exchange.loggedBecause === 'slow' && status !== 101
          ? 'warn'
          : 'good'
  return told(tone, `${backendAnswer(exchange)}${notRetried}${slowness(exchange)}`)
}
