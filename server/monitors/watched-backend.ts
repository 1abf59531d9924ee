/** One backend as the health monitor sees it: its health machine, its strip of results, and the probe that waits or runs. */
import type { HostPort } from '../../shared/address.ts'
import type { ProbeResult } from '../../shared/api/live.ts'
import type { HealthCheckConfig } from '../../shared/config/health-check.ts'
import { ms } from '../../shared/units.ts'
import type { Clock, Random } from '../core/clock.ts'
import {
  changeRules,
  FAST_PROBE_MS,
  type Health,
  type HealthRules,
  type HealthState,
  type HealthStep,
  newHealth,
  nextHealth,
} from '../core/health-machine.ts'
import type { Probe } from './probe.ts'
import type { ProbeGate } from './probe-gate.ts'
import type { Schedule } from './schedule.ts'

/** Probe results kept per backend. */
const PROBES_KEPT = 60

/** A flip, with what led to it. */
export interface HealthChange {
  pool: string
  backend: string
  from: Health
  to: Health
  /** In words: "2 failures in a row: connection refused". */
  reason: string
  /** The last result that decided it: small and flat, for an event. */
  detail: Record<string, string | number | boolean | null>
}

/** What is known of a backend. Not to be changed by whoever reads it. */
export interface HealthFact {
  pool: string
  backend: string
  health: Health
  reason: string
  /** Epoch milliseconds. */
  since: number
  /** The pool has no health check. */
  unchecked: boolean
  /** Newest last, at most 60. */
  probes: ProbeResult[]
}

/** Who is told what. None of these may throw. */
export interface HealthListeners {
  /** Called at every flip, after `onProbe` when a probe caused it. */
  onChange(change: HealthChange): void
  /** Called for every probe that was made. */
  onProbe(pool: string, backend: string, result: ProbeResult): void
  /** A probe could not be made from here (no descriptors left, a defect of ours): told once until one succeeds again. */
  onTrouble?(pool: string, backend: string, problem: string): void
}

/** What all backends share. */
export interface Surroundings {
  clock: Clock
  /** Epoch milliseconds. */
  wallClock: () => number
  random: Random
  schedule: Schedule
  gate: ProbeGate
  listeners: HealthListeners
}

/** A health check ready for use: `probe` and `rules` are null for `none`. `text` is the same for equal checks. */
export interface Check {
  text: string
  probe: Probe | null
  rules: HealthRules | null
}

/** Numbers of a check that the machine needs; null for `none`. */
export function rulesOf(check: HealthCheckConfig): HealthRules | null {
  if (check.type === 'none') return null
  return { intervalMs: ms(check.interval), unhealthyAfter: check.unhealthyAfter, healthyAfter: check.healthyAfter }
}

interface Run {
  result: Promise<ProbeResult | undefined>
  abort(): void
}

export class WatchedBackend {
  readonly pool: string
  readonly backend: string
  readonly target: HostPort
  private readonly around: Surroundings
  private check: Check
  private state: HealthState
  private reason: string
  private since: number
  private probes: ProbeResult[]
  private troubled = false
  private retired = false
  private run: Run | undefined
  private cancelPlan: () => void = () => undefined

  /** Probed at once, as soon as the gate lets it. `probes` are results from before, newest last. */
  constructor(
    name: { pool: string; backend: string },
    target: HostPort,
    check: Check,
    around: Surroundings,
    probes: ProbeResult[],
  ) {
    this.pool = name.pool
    this.backend = name.backend
    this.target = target
    this.check = check
    this.around = around
    this.probes = probes.slice(-PROBES_KEPT)
    this.state = newHealth(check.rules, around.clock.now())
    this.reason = check.rules === null ? 'not checked' : 'not probed yet'
    this.since = around.wallClock()
    this.plan()
  }

  get fact(): HealthFact {
    const { pool, backend, reason, since, probes } = this
    return { pool, backend, health: this.state.health, reason, since, unchecked: this.check.rules === null, probes }
  }

  get checkText(): string {
    return this.check.text
  }

  /** The health check was edited: what is known stays true until the new check, which runs at once, says otherwise. */
  recheck(check: Check): void {
    this.callOff()
    this.check = check
    this.take(changeRules(this.state, check.rules, this.around.clock.now()))
    if (check.rules === null) this.reason = 'not checked'
    this.plan()
  }

  /** Live traffic failed; the machine limits how much this counts and how often it asks for a probe. */
  liveFailure(detail: string): void {
    const { clock, random } = this.around
    const event = { kind: 'live-failure', evidence: { detail: `${detail} (live traffic)` } } as const
    this.take(nextHealth(this.state, event, this.check.rules, clock.now(), random))
    if (this.state.nextProbeAt <= clock.now()) void this.launch(true)
    else this.plan()
  }

  /** Runs a probe as soon as the gate lets it, or joins the one under way. Undefined when unchecked, called off or not made. */
  launch(urgent: boolean): Promise<ProbeResult | undefined> {
    const { probe } = this.check
    if (this.run !== undefined) return this.run.result
    if (probe === null || this.retired) return Promise.resolve(undefined)
    this.cancelPlan()
    const { promise, resolve } = Promise.withResolvers<ProbeResult | undefined>()
    const controller = new AbortController()
    const run: Run = {
      result: promise,
      abort: () => {
        leave()
        controller.abort()
        resolve(undefined)
      },
    }
    this.run = run
    const finish = (result: ProbeResult | undefined, error?: unknown) => {
      // Called off: whatever it says is about a check that is no longer asked for.
      if (this.run !== run) return
      this.run = undefined
      if (result === undefined) this.notMade(error)
      else this.probed(result)
      this.plan()
      resolve(result)
    }
    const start = () => probe.probe(this.target, controller.signal).then(finish, (error) => finish(undefined, error))
    const leave = this.around.gate.enter(start, urgent)
    return promise
  }

  /** Calls the probe off and makes no more. */
  retire(): void {
    this.retired = true
    this.callOff()
  }

  private callOff(): void {
    this.cancelPlan()
    const { run } = this
    this.run = undefined
    run?.abort()
  }

  private plan(): void {
    this.cancelPlan()
    if (this.run !== undefined || this.retired) return
    this.cancelPlan = this.around.schedule.at(this.state.nextProbeAt, () => void this.launch(false))
  }

  private probed(result: ProbeResult): void {
    const { clock, random, listeners } = this.around
    const { rules } = this.check
    const { detail, passed, tookMs } = result
    this.probes = [...this.probes.slice(1 - PROBES_KEPT), result]
    this.troubled = false
    listeners.onProbe(this.pool, this.backend, result)
    const first = this.state.health === 'unknown'
    const event = { kind: passed ? 'pass' : 'fail', evidence: { detail, tookMs } } as const
    this.take(nextHealth(this.state, event, rules, clock.now(), random))
    if (this.state.health === 'unknown') this.reason = `not healthy yet: ${detail}`
    if (!first || !passed || rules === null) return
    // All that began together would stay together: second probes are spread over the whole interval.
    const second = clock.now() + rules.intervalMs * (0.1 + 0.9 * random())
    this.state = { ...this.state, nextProbeAt: Math.min(this.state.nextProbeAt, second) }
  }

  /** No evidence about the backend: it is tried again soon, and nothing else changes. */
  private notMade(error: unknown): void {
    const { clock, random, listeners } = this.around
    this.state = { ...this.state, nextProbeAt: clock.now() + FAST_PROBE_MS * (1 + random()) }
    if (this.troubled) return
    this.troubled = true
    listeners.onTrouble?.(this.pool, this.backend, error instanceof Error ? error.message : String(error))
  }

  private take({ state, flip }: HealthStep): void {
    this.state = state
    if (flip === undefined) return
    const { from, to, reason, evidence } = flip
    this.reason = reason
    this.since = this.around.wallClock()
    const last = evidence.at(-1)
    const detail = { result: last?.detail ?? reason, tookMs: last?.tookMs ?? null, results: evidence.length }
    this.around.listeners.onChange({ pool: this.pool, backend: this.backend, from, to, reason, detail })
  }
}
