/** What the control plane needs of the parts that carry traffic and keep records; the composition root fills these in. */
import type { EventRecord } from '../../shared/api/records.ts'
import type { Config } from '../../shared/config/config.ts'

/** A listener that could not be opened. */
export interface BindProblem {
  listener: string
  /** As configured: `0.0.0.0:8080`. */
  bind: string
  /** Error code of the system where there is one (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`), else words. */
  problem: string
}

/** The traffic side, seen from the control plane. */
export interface DataPlane {
  /** Tries the binds of `config` that `current` does not have yet; answers those that fail. Opens nothing for good. */
  checkBinds(config: Config, current: Config): Promise<BindProblem[]>
  /** Puts a configuration in force in every worker; resolves when all have swapped. */
  apply(revision: number, config: Config): Promise<void>
  /** Cuts everything that is still in flight to a backend. */
  cut(pool: string, backend: string): void
  /** Requests, tunnels included, in flight to a backend now. 0 for one that is not known. */
  inFlight(pool: string, backend: string): number
  /** WebSockets and other tunnels among them. */
  tunnels(pool: string, backend: string): number
}

/** An event before it has a number and a time. */
export type NewEvent = Omit<EventRecord, 'id' | 'at'>

/** Where events go: kept, shown and streamed by the telemetry side. Must not throw. */
export interface EventSink {
  record(event: NewEvent): void
}
