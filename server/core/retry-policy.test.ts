import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NotRetried } from '../../shared/api/records.ts'
import { decideRetry, type Retried, type RetryableFailure, type RetryDecisionInput } from './retry-policy.ts'

type Stage = RetryableFailure['stage']
type Body = RetryDecisionInput['body']

function failure(stage: Stage, kind = 'reset', side: RetryableFailure['side'] = 'backend'): RetryableFailure {
  return { kind, side, stage }
}

function input(over: Partial<RetryDecisionInput>): RetryDecisionInput {
  return {
    failure: failure('sent'),
    status: 0,
    method: 'GET',
    body: 'none',
    attempts: 1,
    maxRetries: 1,
    retryOn: [],
    candidates: true,
    poolRequests: 10,
    poolRetries: 0,
    ...over,
  }
}

const reset = (stage: Stage, method: string, body: Body): Partial<RetryDecisionInput> => ({
  failure: failure(stage),
  method,
  body,
})
const race = (stage: Stage, method: string, attempts = 1): Partial<RetryDecisionInput> => ({
  failure: failure(stage, 'idle-race'),
  method,
  attempts,
})
const answered = (
  status: number,
  retryOn: number[],
  method = 'GET',
  body: Body = 'none',
): Partial<RetryDecisionInput> => ({
  failure: undefined,
  status,
  retryOn,
  method,
  body,
})

const TABLE: [string, Partial<RetryDecisionInput>, boolean, Retried | NotRetried][] = [
  ['refused, GET', reset('not-connected', 'GET', 'none'), true, 'not-sent'],
  ['refused, POST without body', reset('not-connected', 'POST', 'none'), true, 'not-sent'],
  ['refused, POST still whole', reset('not-connected', 'POST', 'kept'), true, 'not-sent'],
  [
    'refused, POST partly gone (an earlier try took it)',
    reset('not-connected', 'POST', 'streaming'),
    false,
    'body-gone',
  ],
  ['nothing sent, POST still whole', reset('nothing-sent', 'POST', 'kept'), true, 'not-sent'],
  ['sent, GET', reset('sent', 'GET', 'none'), true, 'idempotent'],
  ['sent, HEAD', reset('sent', 'HEAD', 'none'), true, 'idempotent'],
  ['sent, OPTIONS', reset('sent', 'OPTIONS', 'none'), true, 'idempotent'],
  ['sent, TRACE', reset('sent', 'TRACE', 'none'), true, 'idempotent'],
  ['sent, DELETE', reset('sent', 'DELETE', 'none'), true, 'idempotent'],
  ['sent, PUT still whole', reset('sent', 'PUT', 'kept'), true, 'idempotent'],
  ['sent, PUT partly gone', reset('sent', 'PUT', 'streaming'), false, 'body-gone'],
  ['sent, POST', reset('sent', 'POST', 'kept'), false, 'not-idempotent'],
  ['sent, POST partly gone', reset('sent', 'POST', 'streaming'), false, 'not-idempotent'],
  ['sent, PATCH', reset('sent', 'PATCH', 'kept'), false, 'not-idempotent'],
  ['sent, CONNECT', reset('sent', 'CONNECT', 'none'), false, 'not-idempotent'],
  ['sent, a method in lower case is another method', reset('sent', 'get', 'none'), false, 'not-idempotent'],
  ['answer begun, GET', reset('response-started', 'GET', 'none'), false, 'response-begun'],
  ['the client left', { failure: failure('not-connected', 'reset', 'client') }, false, 'client-left'],
  ['our own fault before sending', { failure: failure('nothing-sent', 'reset', 'us') }, true, 'not-sent'],
  ['idle race, GET', race('sent', 'GET'), true, 'idle-race'],
  ['idle race, POST that may have arrived', race('sent', 'POST'), false, 'not-idempotent'],
  ['idle race, POST of which nothing was sent', race('nothing-sent', 'POST'), true, 'idle-race'],
  ['idle race costs no retry', race('sent', 'GET', 5), true, 'idle-race'],
  ['idle races without end', race('sent', 'GET', 11), false, 'attempts-used-up'],
  ['idle race costs no budget', { ...race('sent', 'GET'), poolRetries: 100 }, true, 'idle-race'],
  ['503 that is retried', answered(503, [502, 503]), true, 'status'],
  ['503 that is not', answered(503, [502]), false, 'status-not-in-retry-on'],
  ['503 to a POST', answered(503, [503], 'POST', 'kept'), false, 'not-idempotent'],
  ['503 to a PUT partly gone', answered(503, [503], 'PUT', 'streaming'), false, 'body-gone'],
  ['500 to a POST: the status comes first', answered(500, [503], 'POST', 'streaming'), false, 'status-not-in-retry-on'],
  ['no further try', { attempts: 2, maxRetries: 1 }, false, 'attempts-used-up'],
  ['retries switched off', { attempts: 1, maxRetries: 0 }, false, 'retries-off'],
  ['the third of three', { attempts: 3, maxRetries: 3 }, true, 'idempotent'],
  ['the whole limit for a response has passed', { failure: failure('sent', 'head-timeout') }, false, 'timed-out'],
  ['the limit of one try has passed', { failure: failure('sent', 'try-timeout') }, true, 'idempotent'],
  ['nobody is left', { candidates: false }, false, 'no-other-backend'],
  [
    'nobody is left for what was not sent',
    { ...reset('not-connected', 'POST', 'none'), candidates: false },
    false,
    'no-other-backend',
  ],
  ['no connection: costs no budget', { ...reset('not-connected', 'POST', 'none'), poolRetries: 1e6 }, true, 'not-sent'],
  ['budget: a hundred are always allowed', { poolRequests: 1, poolRetries: 99 }, true, 'idempotent'],
  ['budget: the next one of few requests is not', { poolRequests: 500, poolRetries: 100 }, false, 'budget'],
  ['budget: 20 % of 1,000, the two-hundredth', { poolRequests: 1000, poolRetries: 199 }, true, 'idempotent'],
  ['budget: 20 % of 1,000, one more', { poolRequests: 1000, poolRetries: 200 }, false, 'budget'],
  ['budget: a status costs it too', { ...answered(503, [503]), poolRetries: 100 }, false, 'budget'],
]

describe('the retry policy', () => {
  it.each(TABLE)('%s', (_, over, retry, reason) => {
    expect(decideRetry(input(over))).toMatchObject({ retry, reason })
  })

  it('counts exactly what a backend may have had', () => {
    const counts = (over: Partial<RetryDecisionInput>) => {
      const decision = decideRetry(input(over))
      return decision.retry && decision.counts
    }
    expect(counts({})).toBe(true)
    expect(counts(answered(503, [503]))).toBe(true)
    expect(counts(reset('not-connected', 'GET', 'none'))).toBe(false)
    expect(counts(reset('nothing-sent', 'GET', 'none'))).toBe(false)
    expect(counts(race('sent', 'GET'))).toBe(false)
  })

  const anything = fc.record({
    failure: fc.option(
      fc.record({
        kind: fc.constantFrom('reset', 'idle-race', 'refused'),
        side: fc.constantFrom<RetryableFailure['side']>('backend', 'client', 'us'),
        stage: fc.constantFrom<Stage>('not-connected', 'nothing-sent', 'sent', 'response-started'),
      }),
      { nil: undefined },
    ),
    status: fc.constantFrom(0, 500, 502, 503),
    method: fc.constantFrom('GET', 'PUT', 'POST', 'PATCH', 'DELETE'),
    body: fc.constantFrom<Body>('none', 'kept', 'streaming'),
    attempts: fc.integer({ min: 1, max: 20 }),
    maxRetries: fc.integer({ min: 0, max: 10 }),
    retryOn: fc.constantFrom<number[]>([], [502], [502, 503, 504]),
    candidates: fc.boolean(),
    poolRequests: fc.nat(1000),
    poolRetries: fc.nat(300),
  })

  it('never sends twice what may have been executed, and never an answer that has begun', () => {
    fc.assert(
      fc.property(anything, (any) => {
        if (!decideRetry(any).retry) return
        expect(any.failure?.stage).not.toBe('response-started')
        expect(any.failure?.side).not.toBe('client')
        expect(any.body).not.toBe('streaming')
        const maybeExecuted = any.failure === undefined || any.failure.stage === 'sent'
        if (maybeExecuted) expect(['POST', 'PATCH']).not.toContain(any.method)
      }),
      { numRuns: 2000 },
    )
  })
})
