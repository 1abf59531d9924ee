import { describe, expect, it } from 'vitest'
import { type ExchangeRecord, notRetriedReasons } from '../../../shared/api/records.ts'
import { attemptEnd } from './attempt-end.ts'
import { notRetriedText, verdictOf } from './verdict.ts'
import { attemptBars } from './waterfall.ts'

const attempt = (backend: string, outcome: string) => ({ backend, outcome, startedMs: 0, endedMs: 5, reason: '' })

function exchange(change: Partial<ExchangeRecord>): ExchangeRecord {
  return {
    ...{ id: 'x', at: 0, listener: 'web', route: 'all', pool: 'app', backend: 'b1', client: '10.0.0.1' },
    ...{ method: 'GET', host: 'example.com', path: '/', status: 200, ours: false, outcome: 'complete' as const },
    ...{ bytesIn: 0, bytesOut: 0, queueMs: null, connectMs: 1, firstByteMs: 4, totalMs: 5 },
    attempts: [attempt('b1', 'ok')],
    loggedBecause: 'error',
    ...change,
  }
}

const REFUSED = 'connection refused by 127.0.0.1:3001'
const TABLE: [string, Partial<ExchangeRecord>, string, string][] = [
  ['a response', {}, 'good', 'b1 answered 200.'],
  [
    'an error of the backend',
    { status: 500, notRetried: 'status-not-in-retry-on' },
    'bad',
    'b1 answered 500 itself. Not retried: 500 is not in retry.on.',
  ],
  [
    'an error of the backend that could have been retried',
    { status: 503, method: 'POST', notRetried: 'not-idempotent' },
    'bad',
    'b1 answered 503 itself. Not retried: the backend may have acted on it, and a POST may do harm when it is done twice.',
  ],
  ['a 404 of the backend', { status: 404 }, 'warn', 'b1 answered 404 itself.'],
  [
    'one that went well at the second try',
    { backend: 'b2', attempts: [attempt('b1', REFUSED), attempt('b2', 'ok')] },
    'good',
    'b1 failed: connection refused by 127.0.0.1:3001. Then b2 answered 200.',
  ],
  [
    'one whose retry failed too',
    {
      ...{ backend: 'b2', status: 502, ours: true, notRetried: 'attempts-used-up' },
      ...{ attempts: [attempt('b1', 'reset'), attempt('b2', 'reset')], detail: 'The backend broke.' },
    },
    'bad',
    'b1 failed: reset. b2 failed: reset. Evenkeel answered 502. Not retried: it had been tried as often as retry.attempts allows.',
  ],
  [
    'the budget',
    { status: 502, ours: true, notRetried: 'budget', attempts: [attempt('b1', 'reset')] },
    'bad',
    "b1 failed: reset. Evenkeel answered 502. Not retried: the pool's retry budget was used up (a fifth of the requests of the last 10 s, at least 100).",
  ],
  [
    'nobody there',
    { status: 503, ours: true, backend: null, attempts: [], detail: 'No backend is available.' },
    'bad',
    'Evenkeel answered 503; no backend was tried. No backend is available.',
  ],
  [
    'no route',
    { status: 404, ours: true, backend: null, pool: null, attempts: [], detail: 'No route takes it.' },
    'warn',
    'Evenkeel refused it with 404. No route takes it.',
  ],
  [
    'cut off',
    { outcome: 'backend-broke', notRetried: 'response-begun', attempts: [attempt('b1', 'backend-broke')] },
    'bad',
    'b1 broke off in the middle of its response. Not retried: the response had begun.',
  ],
  [
    'a client that left early',
    { outcome: 'client-aborted', status: 0, totalMs: 3000, attempts: [attempt('b1', 'client-aborted')] },
    'dim',
    'The client left after 3,000 ms, before a response had come.',
  ],
  [
    'a client that left in the middle',
    { outcome: 'client-aborted', totalMs: 300, attempts: [attempt('b1', 'client-aborted')] },
    'dim',
    'The client left after 300 ms, in the middle of the response.',
  ],
  [
    'a client that was too slow',
    { outcome: 'client-timeout', detail: 'The client read nothing for 60 s; Evenkeel closed the connection.' },
    'bad',
    'The client read nothing for 60 s; Evenkeel closed the connection.',
  ],
  ['cut by us', { outcome: 'cut', detail: 'Evenkeel was stopping.' }, 'warn', 'Evenkeel was stopping.'],
  [
    'slow',
    { loggedBecause: 'slow', totalMs: 2000, firstByteMs: 1900 },
    'warn',
    'b1 answered 200. Slow: 2,000 ms, 1,899 ms of it: wait for first byte.',
  ],
  [
    'a WebSocket',
    { status: 101, loggedBecause: 'slow', totalMs: 65_000 },
    'good',
    'b1 took it over as 101 (a WebSocket or another upgrade), open for 65.0 s.',
  ],
]

describe('the verdict', () => {
  it.each(TABLE)('%s', (_, change, tone, text) => {
    expect(verdictOf(exchange(change))).toEqual({ tone, text })
  })

  it('has words for every reason', () => {
    for (const notRetried of notRetriedReasons)
      expect(notRetriedText(exchange({ notRetried }))).toMatch(/^[a-z\d].{10,}[^.]$/)
  })
})

describe('the mark of an attempt', () => {
  it.each([
    ['ok', { status: 200 }, 'good', ''],
    ['ok', { status: 404 }, 'warn', 'it answered 404'],
    ['ok', { status: 500 }, 'bad', 'it answered 500'],
    [REFUSED, { status: 502, ours: true }, 'bad', REFUSED],
    ['backend-broke', { outcome: 'backend-broke' }, 'bad', 'it broke off in its response'],
    ['client-aborted', { outcome: 'client-aborted' }, 'dim', 'the client left'],
    ['client-timeout', { outcome: 'client-timeout' }, 'dim', 'the client was too slow'],
    ['cut', { outcome: 'cut' }, 'dim', 'closed by Evenkeel'],
  ] as [string, Partial<ExchangeRecord>, string, string][])('%s, %o', (outcome, change, tone, words) => {
    const record = exchange({ ...change, attempts: [attempt('b1', outcome)] })
    expect(attemptEnd(record, 0)).toEqual({ tone, words })
    expect(attemptBars(record)[0]).toMatchObject({ tone, phase: tone === 'bad' ? 'failed' : 'attempt' })
  })
})
