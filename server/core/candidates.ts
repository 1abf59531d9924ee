/**
 * Who may be picked: configured backends minus disabled, draining, weight 0, unknown, unhealthy and ejected ones; backups only when
 * nobody else is available; everybody when nobody is healthy (failing open, as in nginx). Large pools may set a panic threshold as in
 * Envoy; it is off by default, because in a small pool it sends most requests to backends that are known to be dead.
 */
import type { AdminState } from '../../shared/config/pool.ts'
import type { FailOpenPolicy, FailOpenRule } from '../../shared/fail-open.ts'
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
  /** The rule by which backends that do not look well are candidates too; undefined: they are not. */
  readonly openBy: FailOpenRule | undefined
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

interface Opened {
  readonly members: readonly Member[]
  readonly rule: FailOpenRule | undefined
}

/**
 * Who is tried although not known to be well. A backend that was never probed counts neither as available nor as lost, so adding many
 * at once does not make a well pool fall below its threshold; it is tried when nobody is known to be well.
 */
function failOpen(wanted: readonly Member[], policy: FailOpenPolicy): Opened | undefined {
  const probed = wanted.filter((member) => member.fact.health !== 'unknown')
  const available = probed.filter((member) => health(member) === undefined)
  if (available.length === 0) {
    // Nobody has been probed yet: that is a start, not a failure, so it is not called failing open.
    if (probed.length === 0) return policy.failOpen ? { members: wanted, rule: undefined } : undefined
    const lonely = wanted.length === 1
    return policy.failOpen || lonely ? { members: wanted, rule: 'nobody-healthy' } : undefined
  }
  if (!policy.failOpen || available.length * 100 >= policy.panicThreshold * probed.length) return undefined
  return { members: probed, rule: 'below-threshold' }
}

/** Sorts the members of a pool into candidates and left out ones. */
export function chooseCandidates(members: readonly Member[], policy: FailOpenPolicy): CandidateSet {
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
  const open = failOpen(wanted, policy)
  const usable: Member[] = []
  for (const member of wanted) {
    const because = open === undefined ? health(member) : open.members.includes(member) ? undefined : 'unknown'
    if (because === undefined) usable.push(member)
    else leftOut.push({ backend: member.ref, because })
  }
  const primary = usable.filter((member) => !member.backup)
  // With nobody healthy a backup is as good a try as any other.
  const chosen = primary.length > 0 && open?.rule !== 'nobody-healthy' ? primary : usable
  if (chosen === primary) {
    for (const member of usable) {
      if (!member.backup) continue
      leftOut.push({ backend: member.ref, because: 'backup' })
      keeping.push(member.ref)
    }
  }
  return { candidates: chosen.map((member) => member.ref), leftOut, openBy: open?.rule, keeping }
}
