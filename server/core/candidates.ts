/**
 * Who may be picked: configured backends minus disabled, draining, weight 0, unknown, unhealthy and ejected ones; backups only when
 * nobody else is available; everybody who was ever seen when too few are left (panic rule, as in Envoy, default 50 %).
 */
import type { AdminState } from '../../shared/config/pool.ts'
import type { BackendRef, Fact, LeftOut, LeftOutReason } from './snapshot.ts'

/** A configured backend with what is wanted of it and what is known about it. */
export interface Member {
  readonly ref: BackendRef
  readonly adminState: AdminState
  readonly backup: boolean
  readonly fact: Fact
}

export interface CandidateSet {
  readonly candidates: readonly BackendRef[]
  readonly leftOut: readonly LeftOut[]
  readonly failingOpen: boolean
  /** Not candidates, but clients bound to them by a sticky cookie may return: draining, weight 0 or backup, and well. */
  readonly keeping: readonly BackendRef[]
}

function wish(member: Member): LeftOutReason | undefined {
  if (member.adminState !== 'active') return member.adminState
  const agent = member.fact.agent?.state
  if (agent === 'drain') return 'draining'
  if (agent === 'maint') return 'disabled'
  return member.ref.weight > 0 ? undefined : 'weight-0'
}

function health(member: Member): LeftOutReason | undefined {
  if (member.fact.health !== 'healthy') return member.fact.health
  if (member.fact.agent?.state === 'down') return 'unhealthy'
  return member.fact.ejected ? 'ejected' : undefined
}

/**
 * The panic rule. A backend that was never probed counts neither as available nor as lost, so adding many at once does not make
 * a well pool fail open; they are candidates only when there is nobody else.
 */
function failOpen(wanted: readonly Member[], panicThreshold: number): readonly Member[] | undefined {
  const probed = wanted.filter((member) => member.fact.health !== 'unknown')
  const available = probed.filter((member) => health(member) === undefined)
  if (probed.length === 0) return wanted.length > 0 && panicThreshold > 0 ? wanted : undefined
  const lonely = wanted.length === 1
  if (available.length === probed.length) return undefined
  if (lonely || (panicThreshold > 0 && available.length * 100 < panicThreshold * probed.length)) return probed
  return undefined
}

/** Sorts the members of a pool into candidates and left out ones. `panicThreshold` in percent; 0 switches the panic rule off. */
export function chooseCandidates(members: readonly Member[], panicThreshold: number): CandidateSet {
  const leftOut: LeftOut[] = []
  const wanted: Member[] = []
  const keeping: BackendRef[] = []
  for (const member of members) {
    const because = wish(member)
    if (because === undefined) wanted.push(member)
    else {
      leftOut.push({ backend: member.ref, because })
      if (because !== 'disabled' && health(member) === undefined) keeping.push(member.ref)
    }
  }
  const open = failOpen(wanted, panicThreshold)
  const usable: Member[] = []
  for (const member of wanted) {
    const because = open === undefined ? health(member) : open.includes(member) ? undefined : 'unknown'
    if (because === undefined) usable.push(member)
    else leftOut.push({ backend: member.ref, because })
  }
  const primary = usable.filter((member) => !member.backup)
  if (primary.length > 0) {
    for (const member of usable) {
      if (!member.backup) continue
      leftOut.push({ backend: member.ref, because: 'backup' })
      keeping.push(member.ref)
    }
  }
  const chosen = primary.length > 0 ? primary : usable
  // Nobody has been probed yet: that is a start, not a failure, so it is not called failing open.
  const failingOpen = open?.some((member) => member.fact.health !== 'unknown') ?? false
  return { candidates: chosen.map((member) => member.ref), leftOut, failingOpen, keeping }
}
