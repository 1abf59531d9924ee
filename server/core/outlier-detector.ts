/**
 * Outlier detection: ejects backends that fail in live traffic, for a while. One detector per pool; it is fed cumulative counters
 * about once a second and keeps no clock of its own. Ideas: consecutive failures and growing ejections from Envoy's outlier
 * detection; the comparison with the rest of the pool is a two-proportion z-test, because Envoy's standard-deviation rule can never
 * fire in a pool of two.
 */
import { errorShare, findWorst, type Tally } from './outlier-comparison.ts'

export interface OutlierRules {
  /** Failures in a row that eject, ≥ 1. */
  readonly consecutive: number
  /** The first ejection lasts this long, the n-th n times as long. Milliseconds. */
  readonly baseEjectionMs: number
  /** Longest ejection in milliseconds. */
  readonly maxEjectionMs: number
}

/** Cumulative counters of one backend, over all workers. */
export interface OutlierSample {
  readonly id: string
  /** Could take traffic if it were not ejected: active, and not unhealthy. */
  readonly available: boolean
  /** Attempts that were given to it. */
  readonly requests: number
  /** Of these, answered with 5xx. */
  readonly failures5xx: number
  /** Of these, without a valid answer: refused, reset, timed out, nonsense. */
  readonly gatewayFailures: number
  /** Failures of either kind since its last success. */
  readonly consecutiveFailures: number
}

export type OutlierFinding =
  /** `reason`: "31 % errors against 0.2 % elsewhere, 412 requests"; `until` in ms of the clock; `times` ejected, this one included. */
  | {
      readonly kind: 'eject'
      readonly id: string
      readonly reason: string
      readonly until: number
      readonly times: number
    }
  | { readonly kind: 'return'; readonly id: string; readonly reason: string }

export const OUTLIER_WINDOW_MS = 10_000
/** At most this share of the pool is ejected at once; one may always be. */
export const MAX_EJECTED = 0.5

interface Reading {
  readonly at: number
  readonly requests: number
  readonly failures: number
}

interface Row {
  /** Readings of the last window and the one before it, oldest first. */
  readings: Reading[]
  /** End of the ejection in ms of the clock; 0: not ejected. */
  until: number
  times: number
  /** Requests counted when it last returned: older failures in a row are settled. */
  settledRequests: number
  /** Start of the present healthy window, in ms of the clock. */
  calmSince: number
}

const failuresOf = (sample: OutlierSample): number => sample.failures5xx + sample.gatewayFailures

export class OutlierDetector {
  private readonly rules: OutlierRules
  private readonly rows = new Map<string, Row>()

  constructor(rules: OutlierRules) {
    this.rules = rules
  }

  /** Is this backend ejected now? */
  isEjected(id: string): boolean {
    return (this.rows.get(id)?.until ?? 0) > 0
  }

  /** Drops everything known about a backend, an ejection included: its health changed, or it is another one. */
  forget(id: string): void {
    this.rows.delete(id)
  }

  /** Takes the counters of every backend of the pool at `now` (ms of the clock) and says who goes and who comes back. */
  sample(now: number, samples: readonly OutlierSample[]): OutlierFinding[] {
    const present = new Set(samples.map(({ id }) => id))
    for (const id of this.rows.keys()) if (!present.has(id)) this.rows.delete(id)
    for (const sample of samples) this.read(now, sample)
    const findings = [...this.returns(now, samples), ...this.consecutive(now, samples), ...this.worse(now, samples)]
    for (const sample of samples) this.calm(now, sample)
    return findings
  }

  private row(id: string): Row {
    return this.rows.get(id) as Row
  }

  private read(now: number, sample: OutlierSample): void {
    const reading = { at: now, requests: sample.requests, failures: failuresOf(sample) }
    const row = this.rows.get(sample.id)
    if (row === undefined) {
      this.rows.set(sample.id, { readings: [reading], until: 0, times: 0, settledRequests: 0, calmSince: now })
      return
    }
    const last = row.readings.at(-1)
    // Counters that fall belong to another backend, or to a worker that started anew.
    if (last !== undefined && (reading.requests < last.requests || reading.failures < last.failures)) {
      row.readings = []
      row.settledRequests = 0
    }
    row.readings.push(reading)
    while ((row.readings[1]?.at ?? now) <= now - OUTLIER_WINDOW_MS) row.readings.shift()
  }

  /** What happened in the window. */
  private tally(id: string): Tally {
    const { readings } = this.row(id)
    const first = readings[0] as Reading
    const last = readings.at(-1) as Reading
    const failures = last.failures - first.failures
    return { id, requests: Math.max(last.requests - first.requests, failures), failures }
  }

  private returns(now: number, samples: readonly OutlierSample[]): OutlierFinding[] {
    const findings: OutlierFinding[] = []
    const giveBack = (sample: OutlierSample, reason: string) => {
      const row = this.row(sample.id)
      row.until = 0
      row.readings = row.readings.slice(-1)
      row.settledRequests = sample.requests
      row.calmSince = now
      findings.push({ kind: 'return', id: sample.id, reason })
    }
    for (const sample of samples) {
      if (this.isEjected(sample.id) && now >= this.row(sample.id).until) giveBack(sample, 'its ejection is over')
    }
    // The others may have gone meanwhile: the last one that could take traffic does.
    const usable = samples.filter(({ available }) => available)
    if (usable.length > 0 && usable.every(({ id }) => this.isEjected(id))) {
      const soonest = usable.reduce((a, b) => (this.row(a.id).until <= this.row(b.id).until ? a : b))
      giveBack(soonest, 'nobody else is available')
    }
    return findings
  }

  private mayEject(samples: readonly OutlierSample[]): boolean {
    const ejected = samples.filter(({ id }) => this.isEjected(id)).length
    const left = samples.filter(({ id, available }) => available && !this.isEjected(id)).length
    return left > 1 && ejected < Math.max(1, Math.floor(MAX_EJECTED * samples.length))
  }

  private eject(now: number, id: string, reason: string): OutlierFinding {
    const row = this.row(id)
    row.times += 1
    row.until = now + Math.min(this.rules.maxEjectionMs, this.rules.baseEjectionMs * row.times)
    return { kind: 'eject', id, reason, until: row.until, times: row.times }
  }

  /** Failures in a row, those before its last return not counted. */
  private failuresInARow({ id, requests, consecutiveFailures }: OutlierSample): number {
    return Math.min(consecutiveFailures, Math.max(0, requests - this.row(id).settledRequests))
  }

  private consecutive(now: number, samples: readonly OutlierSample[]): OutlierFinding[] {
    const findings: OutlierFinding[] = []
    const failing = samples
      .filter((sample) => sample.available && !this.isEjected(sample.id))
      .map((sample) => ({ id: sample.id, inARow: this.failuresInARow(sample) }))
      .filter(({ inARow }) => inARow >= this.rules.consecutive)
      .sort((a, b) => b.inARow - a.inARow)
    for (const { id, inARow } of failing) {
      if (!this.mayEject(samples)) break
      findings.push(this.eject(now, id, `${inARow} failures in a row`))
    }
    return findings
  }

  /** Ejects the worst that stands out from the rest, then looks at the others again without it. */
  private worse(now: number, samples: readonly OutlierSample[]): OutlierFinding[] {
    const findings: OutlierFinding[] = []
    while (this.mayEject(samples)) {
      const outlier = this.worst(samples)
      if (outlier === undefined) break
      findings.push(this.eject(now, outlier.id, outlier.reason))
    }
    return findings
  }

  private worst(samples: readonly OutlierSample[]): { id: string; reason: string } | undefined {
    const tallies = samples
      .filter(({ id, available }) => available && !this.isEjected(id))
      .map(({ id }) => this.tally(id))
    return findWorst(tallies)
  }

  /** A window with traffic, without an ejection and without a failing row takes one step back off the multiplier. */
  private calm(now: number, sample: OutlierSample): void {
    const row = this.row(sample.id)
    if (row.until > 0 || row.times === 0 || now - row.calmSince < OUTLIER_WINDOW_MS) return
    row.calmSince = now
    const tally = this.tally(sample.id)
    if (tally.requests > 0 && sample.consecutiveFailures === 0 && errorShare(tally) < 0.5) row.times -= 1
  }
}
