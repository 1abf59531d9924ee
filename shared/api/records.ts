/** Records that are kept and shown: events, revisions, exchanges, audit. */
import { z } from 'zod'
import type { FailOpenRule } from '../fail-open.ts'
import { eventKinds } from './event-kinds.ts'

export type EventKind = (typeof eventKinds)[number]

/** Something that happened, with its evidence. */
export interface EventRecord {
  id: number
  /** Epoch milliseconds. */
  at: number
  kind: EventKind
  severity: 'info' | 'warning' | 'error'
  /** One sentence: "app-2 is unhealthy: status 500, expected 200-399 (2 probes in a row)". */
  message: string
  pool?: string
  /** Pools that a revision touches: whose own settings or backends, or routes to it, it changes. */
  pools?: string[]
  backend?: string
  revision?: number
  /** Who did it, for what people do. */
  actor?: string
  /** Evidence: small and flat. */
  detail?: Record<string, string | number | boolean | null>
}

export const eventsQuerySchema = z.object({
  kind: z.enum(eventKinds).optional(),
  pool: z.string().max(64).optional().describe('Only events of this pool, and revisions that touch it.'),
  backend: z.string().max(64).optional(),
  before: z.coerce.number().int().min(0).optional().describe('Only events with a smaller id: the next page.'),
  from: z.coerce.number().int().min(0).optional().describe('Epoch milliseconds.'),
  to: z.coerce.number().int().min(0).optional().describe('Epoch milliseconds.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

/** One saved version of the configuration, without the document. */
export interface RevisionSummary {
  number: number
  at: number
  author: string
  /** What changed, in words: "app: added app-3". */
  summary: string
}

/** One try of an exchange. */
export interface AttemptRecord {
  backend: string
  /** ok, or why it failed. */
  outcome: string
  /** Milliseconds since the exchange began. */
  startedMs: number
  endedMs: number
  /** Why the strategy chose it. */
  reason: string
}

/**
 * How an exchange ended. client-aborted: the client left. client-timeout: the client read or sent nothing for longer than a deadline of
 * ours. cut: we closed it, because we were stopping, the backend was taken out or a tunnel was idle. refused: not a request that we carry.
 */
export const outcomes = ['complete', 'client-aborted', 'client-timeout', 'cut', 'backend-broke', 'refused'] as const

/** Why a request that failed was not tried again, or not once more. */
export const notRetriedReasons = [
  'budget',
  'not-idempotent',
  'body-gone',
  'no-other-backend',
  'status-not-in-retry-on',
  'response-begun',
  'attempts-used-up',
  'retries-off',
  'timed-out',
  'client-left',
] as const
export type NotRetried = (typeof notRetriedReasons)[number]

/** One request and its response. */
export interface ExchangeRecord {
  /** Order of logging; only grows, also over restarts. Given by the log. */
  seq?: number
  id: string
  at: number
  listener: string
  route: string | null
  pool: string | null
  backend: string | null
  client: string
  /** Empty, as is the host, for a request that could not be understood; its path is then its first line as far as it can be shown. */
  method: string
  host: string
  path: string
  status: number
  /** True when we made the answer. */
  ours: boolean
  outcome: (typeof outcomes)[number]
  bytesIn: number
  bytesOut: number
  /** Milliseconds since the exchange began; null when it did not come to that. */
  queueMs: number | null
  connectMs: number | null
  firstByteMs: number | null
  totalMs: number
  attempts: AttemptRecord[]
  /** Why it is in the log: an error, slow, asked for, or by sampling. */
  loggedBecause: 'error' | 'slow' | 'debug' | 'sample'
  /** What an answer of ours said, or why we ended it: what was wrong and what to do. */
  detail?: string
  /** Why its last attempt was not followed by another; absent when that attempt went well. */
  notRetried?: NotRetried
  why?: WhyRecord
}

/** Why this backend: what the choice was made from. */
export interface WhyRecord {
  strategy: string
  key?: string
  candidates: { backend: string; score?: number; inFlight: number; weight: number }[]
  leftOut: {
    backend: string
    because: 'draining' | 'disabled' | 'unhealthy' | 'unknown' | 'ejected' | 'full' | 'tried' | 'backup' | 'weight-0'
  }[]
  /** Backend that the request's sticky cookie names. */
  sticky?: string
  failingOpen: boolean
  /** By which rule; absent while the pool did not fail open. */
  failOpenRule?: FailOpenRule
  /** pick: the numbers the choice was made from. end: those at the end of the exchange, for one that nobody had asked about before. */
  takenAt: 'pick' | 'end'
}
