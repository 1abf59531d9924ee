/** Who of a pool gets no new requests now, and why: the rule of the workers, applied to what is known here. Pure. */
import type { Availability, NoTrafficReason } from '../../shared/api/live.ts'
import type { BackendConfig, PoolConfig } from '../../shared/config/pool.ts'
import { type FailOpenRule, failOpenPolicy } from '../../shared/fail-open.ts'
import { chooseCandidates, type Member } from '../core/candidates.ts'
import type { Fact } from '../core/snapshot.ts'

/** What is known of one backend. */
export interface KnownOfBackend {
  availability: Availability
  /** Share of the weight that its agent asks for; absent: all of it. */
  agentShare?: number
}

/** An availability is made from these facts, so it leads back to them. */
const facts: Record<Availability, Fact> = {
  healthy: { health: 'healthy', ejected: false },
  unhealthy: { health: 'unhealthy', ejected: false },
  unknown: { health: 'unknown', ejected: false },
  ejected: { health: 'healthy', ejected: true },
  draining: { health: 'healthy', ejected: false, agent: { state: 'drain', share: 1 } },
  disabled: { health: 'healthy', ejected: false, agent: { state: 'maint', share: 1 } },
}

export interface TrafficOfPool {
  /** Reasons by backend id; who is not in it takes traffic. */
  leftOut: ReadonlyMap<string, NoTrafficReason>
  /** By which rule backends are tried although they do not look well; null: they are not. */
  openBy: FailOpenRule | null
}

/** Nobody is connected to. */
const NOWHERE = { addresses: [], problem: '' }

/** Whom the workers choose among, given what is known. */
export function trafficOf(pool: PoolConfig, known: (backend: BackendConfig) => KnownOfBackend): TrafficOfPool {
  const members = pool.backends.map((backend, slot): Member => {
    const { availability, agentShare = 1 } = known(backend)
    const { id, maxConnections, address, adminState, backup } = backend
    const weight = backend.weight * agentShare
    const ref = { slot, id, weight, maxConnections, pool: pool.id, at: NOWHERE, port: 0, address }
    return { ref, adminState, backup, fact: facts[availability] }
  })
  const { leftOut, openBy } = chooseCandidates(members, failOpenPolicy(pool))
  return { openBy: openBy ?? null, leftOut: new Map(leftOut.map(({ backend, because }) => [backend.id, because])) }
}
