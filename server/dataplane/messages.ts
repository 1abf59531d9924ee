/** What the main thread and a worker say to each other. Everything is plain data: it is copied, not shared. */
import type { ExchangeRecord } from '../../shared/api/records.ts'
import type { Config } from '../../shared/config/config.ts'
import type { Fact, HostAddresses } from '../core/snapshot.ts'
import type { Shortage } from './room.ts'
import type { ScoreboardHandle } from './scoreboard.ts'

/** Row of the scoreboard for each (pool, backend); backend '' is the pool itself, pool '' everything outside pools; and, by `wayOf`, for each way in. */
export interface SlotEntry {
  readonly pool: string
  readonly backend: string
  readonly slot: number
}

export interface WorkerInit {
  readonly index: number
  readonly workers: number
  readonly scoreboard: ScoreboardHandle
  /** Several workers may listen on one port. */
  readonly reusePort: boolean
  /** Signs sticky cookies and debug tokens. */
  readonly secret: string
  /** Name in `Via`. */
  readonly via: string
  /** Link-local and metadata addresses that may be connected to all the same. */
  readonly allowedAddresses: readonly string[]
}

export type ToWorker =
  | {
      readonly type: 'apply'
      /** Comes back in `applied`. */
      readonly order: number
      readonly revision: number
      readonly config: Config
      readonly slots: readonly SlotEntry[]
      readonly facts: readonly SlotFact[]
      /** Listeners that must not be opened, by id, and why. Those that are open stay open. */
      readonly blocked: Readonly<Record<string, string>>
      /** Every name of the configuration. */
      readonly hosts: readonly HostFact[]
    }
  /** These names lead elsewhere now. */
  | { readonly type: 'hosts'; readonly hosts: readonly HostFact[] }
  | { readonly type: 'facts'; readonly facts: readonly SlotFact[] }
  | { readonly type: 'cut'; readonly slot: number }
  | { readonly type: 'drain'; readonly afterMs: number }

/** A name and where it leads. */
export interface HostFact extends HostAddresses {
  readonly host: string
}

export interface SlotFact extends Pick<Fact, 'health' | 'ejected' | 'agent'> {
  readonly slot: number
  /** It starts slowly: `since` in ms of `process.hrtime`, the same in all threads. */
  readonly slowStart?: { readonly since: number; readonly lengthMs: number }
}

export interface ListenerReport {
  readonly id: string
  readonly port: number
  readonly problem: string | null
}

/** Exchanges that became no record. */
export interface LeftOut {
  /** Errors and slow ones: more than a thread hands over in a second. */
  readonly errors: number
  /** Others: not drawn as a sample. */
  readonly others: number
}

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'applied'; readonly order: number; readonly listeners: readonly ListenerReport[] }
  | { readonly type: 'live-failure'; readonly slot: number; readonly detail: string }
  | { readonly type: 'exchanges'; readonly records: readonly ExchangeRecord[]; readonly leftOut: LeftOut }
  | {
      readonly type: 'pulse'
      readonly connections: Readonly<Record<string, number>>
      readonly utilization: number
      readonly shortOf: Shortage | undefined
    }
  | { readonly type: 'drained' }
