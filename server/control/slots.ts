/**
 * Slots: which row of the scoreboard belongs to which backend of which pool. A backend keeps its row across changes and
 * across a removal that is undone; the row of a removed one is given to another only when nothing is in flight and a while has
 * passed, so that no late count lands on a stranger.
 */
import type { Config } from '../../shared/config/config.ts'
import type { Clock } from '../core/clock.ts'
import { listenerOf, wayOf } from '../core/ways.ts'
import { ControlError } from '../errors.ts'

export interface SlotEntry {
  /** '' counts what reached no pool. */
  pool: string
  /** '' counts what reached no backend of the pool. */
  backend: string
  slot: number
  /** False once the backend is no longer in the configuration. */
  configured: boolean
}

/** A row that counts what came by a listener: by one of its routes, or, `route` '', by none of them. */
export interface WayEntry {
  listener: string
  route: string
  slot: number
}

export interface Slots {
  /** Throws `capacity` when `config` would need more rows than there are. Changes nothing. */
  check(config: Config): void
  /** Gives every backend of `config` its row (lowest free first) and marks the others as left. Errors: `capacity`. */
  assign(config: Config): void
  /** Row of a backend, also of a removed one until its row is freed. */
  slotOf(pool: string, backend: string): number | undefined
  /** Every row of pools and backends in use, ascending. */
  entries(): SlotEntry[]
  /** Every row of listeners and routes in the configuration. */
  ways(): WayEntry[]
  /** Frees the rows of removed backends that have been empty long enough. Call once a second. */
  tick(): void
}

export interface SlotParts {
  /** Rows of the scoreboard. */
  capacity: number
  /** How long a row must have been empty after its backend left; milliseconds. */
  graceMs: number
  clock: Clock
  /** Requests in flight on a row. */
  inFlight: (slot: number) => number
  /** Empties the row before another backend can get it. */
  onFree: (slot: number) => void
}

interface Row extends SlotEntry {
  /** Monotonic time since when nothing is in flight after it left; null while something is or it is configured. */
  emptySince: number | null
}

const keyOf = (pool: string, backend: string) => `${pool}/${backend}`

/** Builds the keeper of rows. */
export function createSlots({ capacity, graceMs, clock, inFlight, onFree }: SlotParts): Slots {
  const rows = new Map<string, Row>()

  function wanted(config: Config) {
    const named = (pool: string, backend: string) => ({ key: keyOf(pool, backend), pool, backend })
    return [
      named('', ''),
      ...config.pools.flatMap((pool) => [
        named(pool.id, ''),
        ...pool.backends.map((backend) => named(pool.id, backend.id)),
      ]),
      ...config.listeners.map(({ id }) => named(wayOf(id), '')),
      ...config.routes.map(({ id, listener }) => named(wayOf(listener), id)),
    ]
  }

  function check(config: Config) {
    const fresh = wanted(config).filter(({ key }) => !rows.has(key)).length
    const free = capacity - rows.size
    if (fresh <= free) return
    throw new ControlError(
      'capacity',
      `There is room for ${capacity} backends; ${rows.size} places are taken (removed ones count until they have drained) ` +
        `and this change needs ${fresh} more. Nothing has changed.`,
    )
  }

  return {
    check,
    assign(config) {
      check(config)
      const used = new Set([...rows.values()].map((row) => row.slot))
      const names = wanted(config)
      const present = new Set(names.map(({ key }) => key))
      for (const [key, row] of rows) {
        row.configured = present.has(key)
        row.emptySince = null
      }
      let next = 0
      for (const { key, pool, backend } of names) {
        if (rows.has(key)) continue
        while (used.has(next)) next++
        used.add(next)
        rows.set(key, { pool, backend, slot: next, configured: true, emptySince: null })
      }
    },
    slotOf: (pool, backend) => rows.get(keyOf(pool, backend))?.slot,
    entries: () =>
      [...rows.values()]
        .filter(({ pool }) => listenerOf(pool) === undefined)
        .map(({ pool, backend, slot, configured }) => ({ pool, backend, slot, configured }))
        .sort((a, b) => a.slot - b.slot),
    ways: () =>
      [...rows.values()].flatMap(({ pool, backend, slot, configured }) => {
        const listener = listenerOf(pool)
        return listener !== undefined && configured ? [{ listener, route: backend, slot }] : []
      }),
    tick() {
      for (const [key, row] of rows) {
        if (row.configured) continue
        if (inFlight(row.slot) > 0) row.emptySince = null
        else if (row.emptySince === null) row.emptySince = clock.now()
        else if (clock.now() - row.emptySince >= graceMs) {
          rows.delete(key)
          onFree(row.slot)
        }
      }
    },
  }
}
