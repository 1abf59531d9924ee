/**
 * Whether a failed attempt may be tried again. What never reached a backend may always be sent again; what was sent only if doing it
 * twice is harmless (idempotent methods, RFC 9110 §9.2.2) and its body is still in our hands. A budget keeps retries from
 * multiplying the load on a pool that is already failing: in any ten seconds at most a fifth of the pool's requests, and never fewer
 * than a hundred. The hundred are there at once, so that a small site, or a burst after a pause, never feels the budget; the fifth
 * bounds what a storm can grow to. The idea is Finagle's (RetryBudget: a share of recent requests and a floor per second).
 */
import type { NotRetried } from '../../shared/api/records.ts'
import { WINDOW_SECONDS } from './retry-window.ts'

/** How an attempt failed, as far as a retry depends on it. */
export interface RetryableFailure {
  /** `idle-race`: a reused connection died before one response byte. Any other kind is judged by its stage. */
  readonly kind: string
  /** Whose fault it is. */
  readonly side: 'backend' | 'client' | 'us'
  /** How far the attempt had come. */
  readonly stage: 'not-connected' | 'nothing-sent' | 'sent' | 'response-started'
}

export interface RetryDecisionInput {
  /** Why the attempt failed; undefined when the backend answered with a status instead. */
  readonly failure: RetryableFailure | undefined
  /** Status of the answer, when there is one. */
  readonly status: number
  readonly method: string
  /** No body; all of it still in our hands (at most the pool's `bufferedBody`); or partly gone. */
  readonly body: 'none' | 'kept' | 'streaming'
  /** Attempts made so far, the failed one included. */
  readonly attempts: number
  /** Further tries after the first. */
  readonly maxRetries: number
  /** Statuses that are retried. */
  readonly retryOn: readonly number[]
  /** The pool has a candidate now. */
  readonly candidates: boolean
  /** The pool's requests of the last ten seconds, first tries only. */
  readonly poolRequests: number
  /** Its retries of the last ten seconds that the budget had to pay for. */
  readonly poolRetries: number
}

/** Why it is tried again. */
export type Retried = 'not-sent' | 'idempotent' | 'idle-race' | 'status'

export type RetryDecision =
  | {
      readonly retry: true
      readonly reason: Retried
      /** The backend may have had the request, so the retry is more load and counts in the budget. */
      readonly counts: boolean
    }
  | { readonly retry: false; readonly reason: NotRetried }

/** RFC 9110 §9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** May a request of this method be sent twice? If not, its body is of no further use once it has been sent. */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method)
}

/** Retries may be at most this share of the pool's requests in the window… */
export const BUDGET_SHARE = 0.2
/** …but this many a second are always allowed, and those of the whole window may come at once. */
export const BUDGET_PER_SECOND = 10
const BUDGET_FLOOR = BUDGET_PER_SECOND * WINDOW_SECONDS
/** Idle races in one exchange that cost no retry: more idle connections than this dying in a row is no race any more. */
const FREE_IDLE_RACES = 10

const no = (reason: NotRetried): RetryDecision => Object.freeze({ retry: false, reason })
const yes = (reason: Retried, counts: boolean): RetryDecision => Object.freeze({ retry: true, reason, counts })

const refusals = {
  clientLeft: no('client-left'),
  responseBegun: no('response-begun'),
  timedOut: no('timed-out'),
  statusNotInRetryOn: no('status-not-in-retry-on'),
  bodyGone: no('body-gone'),
  notIdempotent: no('not-idempotent'),
  retriesOff: no('retries-off'),
  attemptsUsedUp: no('attempts-used-up'),
  noOtherBackend: no('no-other-backend'),
  budget: no('budget'),
}
const allowances = {
  idleRace: yes('idle-race', false),
  notSent: yes('not-sent', false),
  idempotent: yes('idempotent', true),
  status: yes('status', true),
}

/** What the request and its failure allow, whatever has been tried and spent. */
function whyAllowed(input: RetryDecisionInput): RetryDecision {
  const { failure } = input
  if (failure === undefined && !input.retryOn.includes(input.status)) return refusals.statusNotInRetryOn
  if (failure?.side === 'client') return refusals.clientLeft
  if (failure?.stage === 'response-started') return refusals.responseBegun
  // Who has waited the whole limit for a response gets its 504: a second try would double the limit.
  if (failure?.kind === 'head-timeout') return refusals.timedOut
  const unsent = failure?.stage === 'not-connected' || failure?.stage === 'nothing-sent'
  if (!unsent && !isIdempotent(input.method)) return refusals.notIdempotent
  if (input.body === 'streaming') return refusals.bodyGone
  if (unsent) return failure?.kind === 'idle-race' ? allowances.idleRace : allowances.notSent
  if (failure === undefined) return allowances.status
  return failure.kind === 'idle-race' ? allowances.idleRace : allowances.idempotent
}

/** Decides; allocates nothing. */
export function decideRetry(input: RetryDecisionInput): RetryDecision {
  const allowed = whyAllowed(input)
  if (!allowed.retry) return allowed
  // The race for an idle connection is nobody's fault and a fresh connection ends it, so it costs no retry and no budget.
  if (allowed === allowances.idleRace && input.attempts <= FREE_IDLE_RACES) return allowed
  if (input.attempts > input.maxRetries) return input.maxRetries === 0 ? refusals.retriesOff : refusals.attemptsUsedUp
  if (!input.candidates) return refusals.noOtherBackend
  // What never reached a backend loads nobody twice: the budget is not for it.
  if (!allowed.counts) return allowed
  if (input.poolRetries + 1 > Math.max(BUDGET_FLOOR, BUDGET_SHARE * input.poolRequests)) return refusals.budget
  return allowed
}
