/**
 * Whether a failed attempt may be tried again. What never reached a backend may always be sent again; what was sent only if doing it
 * twice is harmless (idempotent methods, RFC 9110 §9.2.2) and its body is still in our hands. A budget keeps retries from
 * doubling the load on a pool that is already failing.
 */

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
  /** Requests in flight in the pool. */
  readonly poolInFlight: number
  /** Of these, on a second or later try after one that had reached a backend. */
  readonly poolRetries: number
}

export type RetryReason =
  | 'not-sent'
  | 'idempotent'
  | 'idle-race'
  | 'status'
  | 'no-retries-left'
  | 'not-idempotent'
  | 'body-gone'
  | 'response-started'
  | 'clients-fault'
  | 'budget'
  | 'status-not-retried'

export interface RetryDecision {
  readonly retry: boolean
  readonly reason: RetryReason
}

/** RFC 9110 §9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
/** Retries may be at most this share of the pool's requests in flight… */
const BUDGET = 0.2
/** …but this many are always allowed. */
const BUDGET_MINIMUM = 3
/** Idle races in one exchange that cost no retry: more idle connections than this dying in a row is no race any more. */
const FREE_IDLE_RACES = 10

const no = (reason: RetryReason): RetryDecision => ({ retry: false, reason })
const yes = (reason: RetryReason): RetryDecision => ({ retry: true, reason })

function whyAllowed(input: RetryDecisionInput): RetryDecision {
  const { failure } = input
  if (failure?.side === 'client') return no('clients-fault')
  if (failure?.stage === 'response-started') return no('response-started')
  if (input.body === 'streaming') return no('body-gone')
  if (failure?.stage === 'not-connected' || failure?.stage === 'nothing-sent') {
    return yes(failure.kind === 'idle-race' ? 'idle-race' : 'not-sent')
  }
  if (failure === undefined && !input.retryOn.includes(input.status)) return no('status-not-retried')
  if (!IDEMPOTENT.has(input.method)) return no('not-idempotent')
  if (failure === undefined) return yes('status')
  return yes(failure.kind === 'idle-race' ? 'idle-race' : 'idempotent')
}

/** Decides; allocates one small object, off the successful path only. */
export function decideRetry(input: RetryDecisionInput): RetryDecision {
  const allowed = whyAllowed(input)
  if (!allowed.retry) return allowed
  // The race for an idle connection is nobody's fault and a fresh connection ends it, so it costs no retry and no budget.
  if (allowed.reason === 'idle-race' && input.attempts <= FREE_IDLE_RACES) return allowed
  if (input.attempts > input.maxRetries) return no('no-retries-left')
  // What never reached a backend loads nobody twice: the budget is not for it.
  if (allowed.reason === 'not-sent') return allowed
  if (input.poolRetries + 1 > Math.max(BUDGET_MINIMUM, BUDGET * input.poolInFlight)) return no('budget')
  return allowed
}
