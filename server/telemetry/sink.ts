/** Where history goes. The database is one; no method throws, and what cannot be stored yet is still given back by reads. */
import type { z } from 'zod'
import type { ExchangesQuery } from '../../shared/api/exchanges.ts'
import type { EventRecord, ExchangeRecord, eventsQuerySchema } from '../../shared/api/records.ts'
import type { LooseNumbers, SeriesName } from './sample.ts'

/** Steps in which series are stored. */
export type StoredStep = '10s' | '1m' | '1h'
export const STEP_MS: Record<StoredStep, number> = { '10s': 10_000, '1m': 60_000, '1h': 3_600_000 }

/** One stored step of one name. */
export interface SeriesRow extends SeriesName, LooseNumbers {
  /** Start of the step, epoch milliseconds. */
  t: number
  /** Most in flight. */
  inFlight: number
  /** Seconds that were counted; of the whole balancer only. */
  seconds: number
}

export interface SeriesRange {
  /** Absent: the whole balancer and each whole pool. Present: the pool and each of its backends. */
  pool?: string
  backend?: string
  /** Epoch milliseconds, inclusive. */
  from: number
  /** Epoch milliseconds, exclusive. */
  to: number
}

export interface SeriesSink {
  /** Adds to what is stored for the same step and name. The rows may be used again by the caller afterwards. */
  addSeries(step: StoredStep, rows: readonly SeriesRow[]): void
  /** Rows merged into steps of `stepMs`, ascending by time within each name. */
  querySeries(step: StoredStep, range: SeriesRange, stepMs: number): readonly SeriesRow[]
}

export type EventsQuery = z.output<typeof eventsQuerySchema>

export interface EventSink {
  addEvent(event: EventRecord): void
  /** Newest first. */
  listEvents(query: EventsQuery): EventRecord[]
  /** Largest id ever stored; 0 when there is none. */
  lastEventId(): number
}

/** An exchange that the log has numbered. */
export type NumberedExchange = ExchangeRecord & { seq: number }

export interface ExchangeSink {
  /** Takes exchanges to be stored, oldest first, and how many more there were. `at`: epoch milliseconds. */
  addExchanges(exchanges: readonly NumberedExchange[], leftOut: number, at: number): void
  /** Newest first. */
  listExchanges(query: ExchangesQuery): NumberedExchange[]
  findExchange(id: string): NumberedExchange | undefined
  /** Largest number ever stored; 0 when there is none. */
  lastExchangeSeq(): number
  /** `since` is undefined while it cannot be known. `stored`: what is added now is stored within seconds. */
  exchangeReach(): { since: number | undefined; leftOut: number; stored: boolean }
}

/** What is older than these times (epoch milliseconds) goes. */
export interface PruneCutoffs {
  now: number
  seconds10: number
  minutes1: number
  hours1: number
  events: number
  probes: number
  exchanges: number
  /** How many revisions stay. */
  revisions: number
}

export interface PruneSink {
  prune(cutoffs: PruneCutoffs): boolean
}
