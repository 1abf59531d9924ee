/**
 * What each pool and backend did at most in the last hour, in steps of ten seconds: the highest load of a pool as a whole, and the
 * throughput each backend was seen to carry well. Fed with every closed step, in memory, and refilled from stored steps after a
 * start; asking costs no query.
 */
import { bucketValue, keyOf, percentileBuckets, type SeriesName, sums } from './sample.ts'
import { type SeriesRow, STEP_MS } from './sink.ts'

const HOUR_MS = 3_600_000
const STEP = STEP_MS['10s']
const STEPS = HOUR_MS / STEP
const SECONDS = STEP / 1000
/** Share of failed requests from which on a step does not count as carried well. */
const NOTABLE_ERRORS = 0.01
/** A step slower than this many times the hour's middle does not count as carried well. */
const NOTABLE_SLOWNESS = 2
/** Numbers that moved by less than this share are not news. */
const NEWS = 0.05

const REQUESTS = sums.indexOf('requests')
const FAILURES = [sums.indexOf('s5xx'), sums.indexOf('ours')]

export interface Peak {
  /** Most in flight at once. */
  inFlight: number
  /** Over ten seconds. */
  requestsPerSecond: number
}

/** One name's last hour as a ring; a place counts only while its step is the one it was written for. */
interface Ring {
  steps: Int32Array
  requests: Float32Array
  failed: Float32Array
  inFlight: Float32Array
  /** Milliseconds; 0: nothing was answered. */
  p95: Float32Array
  /** Newest step written. */
  newest: number
}

/** Answers for one step, so that many questions in ten seconds cost one calculation. */
interface Answer {
  step: number
  written: number
  peak: Peak
  carried: number
}

export class HourPeaks {
  private readonly rings = new Map<string, Ring>()
  private readonly answers = new Map<string, Answer>()
  private readonly told = new Map<string, number>()
  /** Grows with every batch: answers from before it are old. */
  private written = 0

  /** Takes rows of closed ten-second steps; parts of one step add up. */
  add(rows: readonly SeriesRow[]): void {
    for (const row of rows) if (row.pool !== '') this.include(row)
    this.written += 1
  }

  /** Highest load of a pool as a whole in the hour before `now` (epoch milliseconds). */
  peak(pool: string, now: number): Peak {
    return this.answer({ pool, backend: '' }, now).peak
  }

  /** Most requests per second that a backend carried without notable errors or slowness; 0 when it was never seen to. */
  carried(pool: string, backend: string, now: number): number {
    return this.answer({ pool, backend }, now).carried
  }

  /** Whether an answer has moved noticeably since the last time this was asked. */
  moved(now: number): boolean {
    let news = false
    for (const [key, { newest }] of this.rings) {
      if (newest < stepOf(now) - STEPS * 2) {
        this.rings.delete(key)
        this.answers.delete(key)
        this.told.delete(key)
        continue
      }
      const { peak, carried } = this.answerOf(key, now)
      const size = key.endsWith('/') ? peak.requestsPerSecond + peak.inFlight : carried
      const before = this.told.get(key) ?? 0
      if (Math.abs(size - before) <= Math.max(size, before) * NEWS) continue
      this.told.set(key, size)
      news = true
    }
    return news
  }

  private include(row: SeriesRow): void {
    const key = keyOf(row)
    const ring = this.rings.get(key) ?? emptyRing()
    this.rings.set(key, ring)
    const step = stepOf(row.t)
    const at = step % STEPS
    if (ring.steps[at] !== step) {
      ring.steps[at] = step
      ring.requests[at] = 0
      ring.failed[at] = 0
      ring.inFlight[at] = 0
      ring.p95[at] = 0
    }
    const failed = FAILURES.reduce((sum, index) => sum + (row.sums[index] as number), 0)
    ring.requests[at] = (ring.requests[at] as number) + (row.sums[REQUESTS] as number)
    ring.failed[at] = (ring.failed[at] as number) + failed
    ring.inFlight[at] = Math.max(ring.inFlight[at] as number, row.inFlight)
    ring.p95[at] = Math.max(ring.p95[at] as number, bucketValue(percentileBuckets(row.histogram)[1]) ?? 0)
    ring.newest = Math.max(ring.newest, step)
  }

  private answer(name: SeriesName, now: number): Answer {
    return this.answerOf(keyOf(name), now)
  }

  private answerOf(key: string, now: number): Answer {
    const step = stepOf(now)
    const known = this.answers.get(key)
    if (known?.step === step && known.written === this.written) return known
    const ring = this.rings.get(key)
    const found = { step, written: this.written, ...(ring ? measure(ring, step) : nothing()) }
    if (ring !== undefined) this.answers.set(key, found)
    return found
  }
}

const stepOf = (t: number): number => Math.floor(t / STEP)
const nothing = () => ({ peak: { inFlight: 0, requestsPerSecond: 0 }, carried: 0 })

function emptyRing(): Ring {
  const numbers = () => new Float32Array(STEPS)
  const steps = new Int32Array(STEPS).fill(-1)
  return { steps, requests: numbers(), failed: numbers(), inFlight: numbers(), p95: numbers(), newest: 0 }
}

function measure(ring: Ring, now: number): Pick<Answer, 'peak' | 'carried'> {
  const { steps, requests, failed, inFlight, p95 } = ring
  const counted: number[] = []
  for (let at = 0; at < STEPS; at++) {
    const age = now - (steps[at] as number)
    if (age >= 0 && age < STEPS) counted.push(at)
  }
  const most = (values: Float32Array, places: readonly number[]) =>
    places.reduce((largest, at) => Math.max(largest, values[at] as number), 0)
  const slow = middle(counted.map((at) => p95[at] as number).filter((value) => value > 0)) * NOTABLE_SLOWNESS
  const well = counted.filter(
    (at) => (failed[at] as number) < (requests[at] as number) * NOTABLE_ERRORS && (p95[at] as number) <= slow,
  )
  return {
    peak: { inFlight: most(inFlight, counted), requestsPerSecond: most(requests, counted) / SECONDS },
    carried: most(requests, well) / SECONDS,
  }
}

function middle(values: number[]): number {
  const sorted = Float64Array.from(values).sort()
  const half = Math.floor(sorted.length / 2)
  const upper = sorted[half] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2
}
