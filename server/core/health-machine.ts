/**
 * Health of one backend as a state machine: what probes and live failures make of it, and when to look again. Pure: the monitor
 * owns one state per (pool, backend), runs the probes and keeps the time.
 */
import type { Random } from './clock.ts'

export type Health = 'unknown' | 'healthy' | 'unhealthy'

/** When a configured check changes the health; null in place of it is `type: none`: healthy by decree, never probed. */
export interface HealthRules {
  /** Time between two probes while nothing changes, in ms. */
  readonly intervalMs: number
  /** Failed probes in a row that make a backend unhealthy, ≥ 1. */
  readonly unhealthyAfter: number
  /** Passed probes in a row that make it healthy again, ≥ 1. A new backend needs one. */
  readonly healthyAfter: number
}

/** One thing that was seen. */
export interface Evidence {
  /** In words: "status 200", "connection refused". */
  readonly detail: string
  /** How long the probe took, in ms; absent for live traffic. */
  readonly tookMs?: number
}

export interface HealthEvent {
  readonly kind: 'pass' | 'fail' | 'live-failure'
  readonly evidence: Evidence
}

/** Immutable; `nextHealth` makes the next one. */
export interface HealthState {
  readonly health: Health
  /** Results in a row of one kind since the last one of the other kind; at most one of the two is above 0. */
  readonly passes: number
  readonly failures: number
  /** When to probe next, in ms of the clock; Infinity: never. */
  readonly nextProbeAt: number
  /** A live failure was counted since the last probe: further ones add nothing until a probe has looked. */
  readonly liveCounted: boolean
  /** When live traffic last asked for a probe, in ms of the clock. */
  readonly askedAt: number
  /** The last results of the current row, newest last, at most `EVIDENCE_KEPT`. */
  readonly evidence: readonly Evidence[]
}

/** The health changed: what it was, what it is, why in words, and the results that decided it. */
export interface HealthFlip {
  readonly from: Health
  readonly to: Health
  readonly reason: string
  readonly evidence: readonly Evidence[]
}

export interface HealthStep {
  readonly state: HealthState
  readonly flip?: HealthFlip
}

/** Time between probes while a backend is between states, and between probes asked for by live traffic, in ms. */
export const FAST_PROBE_MS = 1000
/** Up to this share is added to every wait, so that many backends do not stay in step. */
export const PROBE_JITTER = 0.1
export const EVIDENCE_KEPT = 10

/** A backend nobody knows yet: probed at once; by decree healthy when there are no rules. */
export function newHealth(rules: HealthRules | null, now: number): HealthState {
  return {
    health: rules === null ? 'healthy' : 'unknown',
    passes: 0,
    failures: 0,
    nextProbeAt: rules === null ? Number.POSITIVE_INFINITY : now,
    liveCounted: false,
    askedAt: Number.NEGATIVE_INFINITY,
    evidence: [],
  }
}

/** The health check was edited. What is known stays true until the new check says otherwise, which is asked at once. */
export function changeRules(state: HealthState, rules: HealthRules | null, now: number): HealthStep {
  const fresh = newHealth(rules, now)
  if (rules !== null) return { state: { ...fresh, health: state.health } }
  if (state.health === 'healthy') return { state: fresh }
  return { state: fresh, flip: { from: state.health, to: 'healthy', reason: 'not checked', evidence: [] } }
}

const plural = (count: number, what: string): string => (count === 1 ? what : `${count} ${what}s in a row`)

function withEvidence(row: readonly Evidence[], evidence: Evidence): readonly Evidence[] {
  return [...row.slice(1 - EVIDENCE_KEPT), evidence]
}

/** The wait after a probe: short between two states, else the interval; with jitter. */
function waitMs(between: boolean, rules: HealthRules, random: Random): number {
  const wait = between ? Math.min(FAST_PROBE_MS, rules.intervalMs) : rules.intervalMs
  return wait * (1 + PROBE_JITTER * random())
}

function passed(state: HealthState, evidence: Evidence, rules: HealthRules, now: number, random: Random): HealthStep {
  const passes = state.passes + 1
  const row = withEvidence(state.passes > 0 ? state.evidence : [], evidence)
  const needed = state.health === 'unknown' ? 1 : rules.healthyAfter
  const flips = state.health !== 'healthy' && passes >= needed
  const between = state.health === 'unhealthy' && !flips
  const next: HealthState = {
    ...state,
    health: flips ? 'healthy' : state.health,
    passes,
    failures: 0,
    nextProbeAt: now + waitMs(between, rules, random),
    liveCounted: false,
    evidence: row,
  }
  if (!flips) return { state: next }
  const reason = `${plural(passes, 'passed probe')}: ${evidence.detail}`
  return { state: next, flip: { from: state.health, to: 'healthy', reason, evidence: row } }
}

function failed(state: HealthState, event: HealthEvent, rules: HealthRules, now: number, random: Random): HealthStep {
  const live = event.kind === 'live-failure'
  const failures = state.failures + 1
  const row = withEvidence(state.failures > 0 ? state.evidence : [], event.evidence)
  const flips = state.health !== 'unhealthy' && failures >= rules.unhealthyAfter
  const between = state.health !== 'unhealthy' && !flips
  const afterProbe = now + waitMs(between, rules, random)
  const next: HealthState = {
    ...state,
    health: flips ? 'unhealthy' : state.health,
    passes: 0,
    failures,
    nextProbeAt: live ? askedFor(state, now) : afterProbe,
    liveCounted: live,
    askedAt: live ? Math.max(now, state.askedAt) : state.askedAt,
    evidence: row,
  }
  if (!flips) return { state: next }
  const reason = `${plural(failures, 'failure')}: ${event.evidence.detail}`
  return { state: next, flip: { from: state.health, to: 'unhealthy', reason, evidence: row } }
}

/** Live traffic asks for a probe at once, but at most once a second, and never later than planned. */
function askedFor(state: HealthState, now: number): number {
  return Math.min(state.nextProbeAt, Math.max(now, state.askedAt + FAST_PROBE_MS))
}

/**
 * What one event makes of the state. A live failure counts as one failed probe and asks for a probe at once; until that probe has
 * looked, further live failures add nothing (a crash breaks many requests in one instant and is one finding). For a backend that is
 * unhealthy already it only ends a row of passes: failures under the panic rule are no news and must not multiply the probes.
 */
export function nextHealth(
  state: HealthState,
  event: HealthEvent,
  rules: HealthRules | null,
  now: number,
  random: Random,
): HealthStep {
  if (rules === null) return { state }
  if (event.kind === 'pass') return passed(state, event.evidence, rules, now, random)
  if (event.kind === 'fail') return failed(state, event, rules, now, random)
  if (state.health !== 'unhealthy') return state.liveCounted ? { state } : failed(state, event, rules, now, random)
  return { state: state.passes > 0 ? { ...state, passes: 0, evidence: [] } : state }
}
