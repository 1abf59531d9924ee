/** Says when a pool begins to fail open and when that ends, by the same rule that the workers follow. */
import type { PoolConfig } from '../shared/config/pool.ts'
import { type FailOpenRule, failOpenPolicy, failOpenWords } from '../shared/fail-open.ts'
import type { EventSink } from './control/data-plane.ts'
import { chooseCandidates } from './core/candidates.ts'
import type { Fact } from './core/snapshot.ts'

export interface FailingOpenParts {
  events: EventSink
  slotOf(pool: string, backend: string): number | undefined
  /** What is true of a backend of this pool now. */
  factOf(pool: string, backend: string): Fact
}

export interface FailingOpen {
  /** Looks at a pool after something about its backends has changed. */
  watch(pool: PoolConfig): void
}

/** Nobody is connected to. */
const NOWHERE = { addresses: [], problem: '' }

export function createFailingOpen({ events, slotOf, factOf }: FailingOpenParts): FailingOpen {
  const open = new Map<string, FailOpenRule>()
  return {
    watch(pool) {
      const members = pool.backends.map(({ id, address, weight, adminState, backup }) => {
        const slot = slotOf(pool.id, id) ?? 0
        const ref = { slot, id, weight, maxConnections: 0, pool: pool.id, at: NOWHERE, port: 0, address }
        return { ref, adminState, backup, fact: factOf(pool.id, id) }
      })
      const rule = chooseCandidates(members, failOpenPolicy(pool)).openBy
      if (rule === open.get(pool.id)) return
      if (rule === undefined) open.delete(pool.id)
      else open.set(pool.id, rule)
      const message = rule
        ? `pool ${pool.id} is failing open: ${failOpenWords(rule)}`
        : `pool ${pool.id} is no longer failing open`
      events.record({ kind: 'failing-open', severity: rule ? 'error' : 'info', message, pool: pool.id })
    },
  }
}
