/** What is known about one exchange while it goes on and when it is logged; the loop that fills it in is in `exchange.ts`. */
import type { NotRetried, WhyRecord } from '../../shared/api/records.ts'
import { type BackendRef, NO_SLOT, type PoolSnapshot, type RouteSnapshot } from '../core/snapshot.ts'
import type { Ending } from './endings.ts'
import type { ExchangeRequest } from './engine.ts'
import type { AttemptLog, ExchangeOutcome } from './exchange-plane.ts'
import { bindingCookie } from './sticky.ts'
import { CHOSEN, reasonOf } from './why.ts'

export abstract class ExchangeFacts {
  /** The request, as the carrier sees it. */
  abstract get request(): ExchangeRequest
  readonly listener: string
  /** Monotonic milliseconds. */
  readonly startedAt: number
  route: RouteSnapshot | undefined
  pool: PoolSnapshot | undefined
  backend: BackendRef | undefined
  /** Row that counts the way it came by. */
  protected way = NO_SLOT
  /** Status that went to the client; 0 until then. */
  status = 0
  /** The answer was made by us. */
  ours = false
  /** What an answer of ours said; '' for a backend's. */
  detail = ''
  connectedAt = 0
  firstByteAt = 0
  bytesIn = 0
  bytesOut = 0
  outcome: ExchangeOutcome = 'complete'
  /** Why we are about to end it ourselves. */
  ending: Ending | undefined
  attempts = 0
  /** Why the last attempt was not followed by another; undefined when it went well. */
  notRetried: NotRetried | undefined
  /** Time spent in the pool's queue, in milliseconds. */
  queuedMs = 0
  /** How the present backend was chosen, one of `CHOSEN`. */
  chosenBy: number = CHOSEN.strategy
  /** Who will read why; then `why` says what the last choice was made from. It is also there after a retry. */
  interest: 'debug' | 'sample' | undefined
  why: WhyRecord | undefined
  /** Tries before the present one; filled on retries only. */
  log: AttemptLog[] | undefined
  /** When the present attempt began, monotonic milliseconds. */
  attemptedAt = 0

  constructor(listener: string, startedAt: number) {
    this.listener = listener
    this.startedAt = startedAt
  }

  /** Value of `Set-Cookie` that binds the client to its backend; '' when it is bound already, or never. */
  get bindingCookie(): string {
    const { backend } = this
    const sticky = this.pool?.sticky
    if (sticky === undefined || backend === undefined) return ''
    // A cookie with an end is sent again each time, so that it ends only after a pause of that length.
    if (this.chosenBy === CHOSEN.sticky && sticky.ttlSeconds === 0) return ''
    return bindingCookie(sticky, backend, this.request.secure)
  }

  /** As `outcome` says, unless we have ended it ourselves. */
  protected endAs(outcome: ExchangeOutcome): void {
    const { ending } = this
    this.outcome = outcome
    if (ending === undefined || outcome === 'backend-broke') return
    this.outcome = ending.outcome
    this.detail = ending.detail
  }

  protected noteAttempt(backend: BackendRef, outcome: string, now: number): void {
    this.log ??= []
    // A retry that then found nobody has been noted with its failure already.
    if (this.log.length >= this.attempts) return
    this.log.push({
      backend: backend.id,
      outcome,
      reason: this.pool === undefined ? '' : reasonOf(this.pool, this.chosenBy),
      startedMs: this.attemptedAt - this.startedAt,
      endedMs: now - this.startedAt,
    })
  }
}
