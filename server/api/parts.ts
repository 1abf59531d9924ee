/** What the admin API is built from; the composition root fills it in. */

import type { z } from 'zod'
import type { ProbeAnswer } from '../../shared/api/bodies.ts'
import type { ExchangeLogReach, ExchangesQuery } from '../../shared/api/exchanges.ts'
import type { Status } from '../../shared/api/live.ts'
import type { EventRecord, ExchangeRecord, eventsQuerySchema } from '../../shared/api/records.ts'
import type { SeriesAnswer, seriesQuerySchema } from '../../shared/api/series.ts'
import type { HealthCheckConfig } from '../../shared/config/health-check.ts'
import type { Auth } from '../control/auth.ts'
import type { ConfigControl } from '../control/change-config.ts'
import type { Drains } from '../control/drain.ts'
import type { People } from '../control/people.ts'
import type { Setup } from '../control/setup.ts'
import type { Simulate } from '../control/simulation.ts'
import type { StreamHub } from './stream-hub.ts'

export type SeriesQuery = z.infer<typeof seriesQuerySchema>
export type EventsQuery = z.infer<typeof eventsQuerySchema>

/** Tries an address. Never throws: what went wrong is in the answer. */
export interface Prober {
  /** Without a health check, /health, /healthz and / are tried, then a TCP connection. */
  probe(address: string, healthCheck?: HealthCheckConfig): Promise<ProbeAnswer>
  /** Probes a configured backend now; the result also counts for its availability. */
  probeBackend(pool: string, backend: string): Promise<ProbeAnswer>
}

export interface TestRequestAnswer {
  /** Listener address that was asked. */
  url: string
  /** Null when no answer came. */
  status: number | null
  /** Backend that answered; null when we answered ourselves. */
  backend: string | null
  tookMs: number
  /** First 200 characters of the body, or why there was no answer. */
  detail: string
}

export interface Demo {
  /** Starts demo backends and a trickle of traffic. Resolves when they run. */
  start(actor: string): Promise<void>
  stop(actor: string): Promise<void>
}

/** Words for the log; never secrets. */
export interface ApiLog {
  info(data: object, message: string): void
  warn(data: object, message: string): void
  error(data: object, message: string): void
}

export interface ApiParts {
  /** Identifies this start of the process; the first half of every stream id. No `-` in it. */
  boot: string
  version: string
  /** Further names the admin server answers to, besides loopback names and the address it listens on. `*` for any. */
  adminHosts: readonly string[]
  /** Path below which another proxy serves all this, without a slash at its end; empty: the root. Everything is also there without it. */
  adminPath: string
  /** How many descriptors the process may have; connections to the admin server get a small share of them. */
  descriptors: number
  /** Directory of the built dashboard; a page says how to build it when it is missing. */
  webRoot: string
  control: ConfigControl
  drains: Pick<Drains, 'removeNow' | 'removed'>
  auth: Auth
  people: People
  setup: Setup
  status(): Status
  series(query: SeriesQuery): SeriesAnswer | Promise<SeriesAnswer>
  /** Newest first. */
  events(query: EventsQuery): EventRecord[] | Promise<EventRecord[]>
  /** Newest first. */
  exchanges(query: ExchangesQuery): ExchangeRecord[] | Promise<ExchangeRecord[]>
  exchange(id: string): ExchangeRecord | undefined | Promise<ExchangeRecord | undefined>
  /** How far back the log of exchanges reaches. */
  exchangeReach(): ExchangeLogReach | Promise<ExchangeLogReach>
  prober: Prober
  /** Sends `GET /` (or another path) through a listener of ours; the first one when none is named. */
  testRequest(request: { listener?: string; path: string }): Promise<TestRequestAnswer>
  /** What an admin sends with a request to have it logged with its reasons; good until `until`, epoch milliseconds. */
  debugToken(): { field: string; value: string; until: number }
  /** What a change would do to a pool's traffic. */
  simulate: Simulate
  demo: Demo
  metrics(): Promise<{ contentType: string; body: string }>
  /** Whether traffic should be sent here; `reason` says why not: draining, or no configuration in force yet. */
  readiness(): { ready: boolean; reason: string }
  /** Monotonic milliseconds. */
  clock: { now(): number }
  log: ApiLog
}

/** The running admin server. */
export interface Api {
  /** Starts listening; answers the real address. Errors: those of `net.Server.listen`. */
  listen(host: string, port: number): Promise<{ host: string; port: number }>
  /** Where it listens; undefined before `listen`. */
  address(): { host: string; port: number } | undefined
  /** Where live messages are published. */
  hub: StreamHub
  /** Ends streams, then waits at most `graceMs` for answers under way. */
  close(graceMs: number): Promise<void>
}
