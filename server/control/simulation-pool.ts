/** The pool of a simulation: who takes traffic now and who would, by the very rule of the data plane; refuses what leads nowhere. */
import type { ProblemIssue } from '../../shared/api/problem.ts'
import type { SimulationBody } from '../../shared/api/simulation.ts'
import type { BackendConfig, PoolConfig } from '../../shared/config/pool.ts'
import { failOpenPolicy } from '../../shared/fail-open.ts'
import { chooseCandidates, type Member } from '../core/candidates.ts'
import type { WhatIf } from '../core/simulator/report.ts'
import type { Fact } from '../core/snapshot.ts'
import { ControlError } from '../errors.ts'
import type { AvailabilityFacts } from './status.ts'

/** Backends that take part, with their weights before and after; 0 takes nothing. */
export interface SimulatedPool {
  readonly backends: readonly BackendConfig[]
  readonly whatIf: WhatIf
  /** Takes part neither before nor after, and why. */
  readonly leftOut: readonly { readonly id: string; readonly because: string }[]
}

function refuse(issues: ProblemIssue[]): void {
  if (issues.length === 0) return
  const words = issues.slice(0, 3).map(({ path, message }) => `${path}: ${message}`)
  throw new ControlError('invalid-request', `${words.join('; ')}.`, { issues })
}

function unknownBackends(pool: PoolConfig, { weights = {}, remove = [] }: SimulationBody): ProblemIssue[] {
  const known = new Set(pool.backends.map(({ id }) => id))
  const message = (id: string) => `there is no backend "${id}" in pool "${pool.id}"; it has ${names(known)}`
  return [
    ...Object.keys(weights).flatMap((id) => (known.has(id) ? [] : { path: `weights.${id}`, message: message(id) })),
    ...remove.flatMap((id, index) => (known.has(id) ? [] : { path: `remove.${index}`, message: message(id) })),
  ]
}

function names(ids: ReadonlySet<string>): string {
  const shown = [...ids].slice(0, 8).join(', ')
  return ids.size > 8 ? `${shown} and ${ids.size - 8} more` : shown
}

function factOf(availability: string | undefined): Fact {
  if (availability === 'ejected') return { health: 'healthy', ejected: true }
  if (availability === 'unhealthy') return { health: 'unhealthy', ejected: false }
  return { health: availability === undefined || availability === 'unknown' ? 'unknown' : 'healthy', ejected: false }
}

/** Weights of those that are candidates; the others are why they are not. */
/** Nobody is connected to. */
const NOWHERE = { addresses: [], problem: '' }

function candidatesOf(pool: PoolConfig, facts: AvailabilityFacts, weights: Record<string, number>) {
  const members = pool.backends.map((backend, slot): Member => {
    const availability = facts.of(pool.id, backend.id)?.availability
    const { id, address, maxConnections, backup } = backend
    const weight = weights[id] ?? backend.weight
    // A backend's own agent may have it drain or rest, whatever the configuration says.
    const resting = availability === 'draining' || availability === 'disabled' ? availability : undefined
    const adminState = backend.adminState === 'active' ? (resting ?? 'active') : backend.adminState
    const ref = { slot, id, weight, maxConnections, pool: pool.id, at: NOWHERE, port: 0, address }
    return { ref, adminState, backup, fact: factOf(availability) }
  })
  const { candidates, leftOut } = chooseCandidates(members, failOpenPolicy(pool))
  return {
    weights: new Map(candidates.map(({ id, weight }) => [id, weight] as const)),
    leftOut: new Map(leftOut.map(({ backend, because }) => [backend.id, because] as const)),
  }
}

/** Errors: `invalid-request` naming the path of an unknown backend, or of what leaves nobody; `not-available` when nobody takes traffic now. */
export function simulatedPool(pool: PoolConfig, facts: AvailabilityFacts, body: SimulationBody): SimulatedPool {
  refuse(unknownBackends(pool, body))
  const before = candidatesOf(pool, facts, {})
  if (before.weights.size === 0)
    throw new ControlError(
      'not-available',
      `No backend of pool "${pool.id}" takes traffic now, so there is nothing to compare with. Bring one back first.`,
    )
  const removed = new Set(body.remove)
  const rest = { ...pool, backends: pool.backends.filter(({ id }) => !removed.has(id)) }
  const after = candidatesOf(rest, facts, body.weights ?? {})
  if (after.weights.size === 0) {
    const message = 'leaves no backend that takes traffic; keep at least one that is available'
    refuse([{ path: removed.size > 0 ? 'remove' : 'weights', message }])
  }
  const takesPart = ({ id }: BackendConfig) => before.weights.has(id) || after.weights.has(id)
  const backends = pool.backends.filter(takesPart).map((one) => ({ ...one, weight: before.weights.get(one.id) ?? 0 }))
  return {
    backends,
    whatIf: {
      ...(body.strategy && { strategy: body.strategy }),
      weights: Object.fromEntries(backends.map(({ id }) => [id, after.weights.get(id) ?? 0])),
      removed: [...removed],
    },
    leftOut: pool.backends
      .filter((one) => !takesPart(one) && !removed.has(one.id))
      .map(({ id }) => ({ id, because: before.leftOut.get(id) ?? 'unknown' })),
  }
}
