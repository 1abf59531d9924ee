/** Recorded requests as arrivals: those that were sampled stand for those that were not. */
import type { Random } from '../clock.ts'
import type { Arrival } from './arrivals.ts'

/** A request of the log. */
export interface Recorded extends Arrival {
  /** It stands only for itself: requests of its kind (errors, slow ones) are all in the log. */
  readonly alone: boolean
}

/** How many requests really came in one step of time. */
export interface TrueCount {
  /** Milliseconds from the start of the recording. */
  readonly atMs: number
  readonly count: number
}

export interface Recording {
  /** In order of time. */
  readonly requests: readonly Recorded[]
  /** In order of time, without gaps or overlaps that matter: idle steps may be missing. */
  readonly steps: readonly TrueCount[]
  /** Length of a step, ms. */
  readonly stepMs: number
}

/** A step with what is known of it. */
export interface RecordedStep extends TrueCount {
  readonly requests: readonly Recorded[]
  /** Fewer are in the log than there were. */
  readonly thin: boolean
  /** How many requests each sampled one stands for; 1 when the log has all. */
  readonly standsFor: number
}

/** Counts and records are made at slightly different moments: a step is thin only when more than this share is missing. */
const SLACK = 0.1
/** A step with fewer samples than this borrows from the whole recording, lest a few requests are repeated over and over. */
const FEW = 20

/** Sorts the requests into their steps. Requests outside of every step are left out. */
export function stepsOf({ requests, steps, stepMs }: Recording): RecordedStep[] {
  const byStep = Map.groupBy(requests, ({ atMs }) => Math.floor(atMs / stepMs))
  return steps.map(({ atMs, count }) => {
    const own = byStep.get(Math.floor(atMs / stepMs)) ?? []
    const alone = own.filter((request) => request.alone).length
    const sampled = own.length - alone
    const thin = count - own.length > Math.max(2, SLACK * count)
    const standsFor = thin && sampled > 0 ? Math.max(1, (count - alone) / sampled) : 1
    return { atMs, count: Math.max(count, own.length), requests: own, thin, standsFor }
  })
}

/**
 * Arrivals at the true rate. A step that is whole is replayed as it was. In a thin one the log has the first requests of the
 * second and not the later ones, so all of its requests get times spread over it, and those that are missing are drawn from
 * the sampled ones.
 */
export function arrivalsOf(recording: Recording, random: Random): Arrival[] {
  const everybody = recording.requests.filter(({ alone }) => !alone)
  const fallback = everybody.length > 0 ? everybody : recording.requests
  return stepsOf(recording).flatMap((step): readonly Arrival[] => {
    if (!step.thin) return step.requests
    const own = step.requests.filter(({ alone }) => !alone)
    const source = own.length >= FEW ? own : fallback
    const missing = source.length === 0 ? 0 : Math.max(0, Math.round(step.count) - step.requests.length)
    const drawn = Array.from({ length: missing }, () => source[Math.floor(random() * source.length)] as Arrival)
    return [...step.requests, ...drawn]
      .map((request) => ({ ...request, atMs: step.atMs + random() * recording.stepMs }))
      .sort((a, b) => a.atMs - b.atMs)
  })
}

/** A measured answer. */
export interface Measured {
  /** Until the first byte, ms. */
  readonly serviceMs: number
  /** From the first byte to the last, ms. */
  readonly holdMs: number
  /** How many answers it stands for. */
  readonly weight: number
}

/** Even quantiles of weighted measurements, at most `most`, sorted by service time. */
export function quantiles(measured: readonly Measured[], most: number): { serviceMs: number[]; holdMs: number[] } {
  const sorted = [...measured].sort((a, b) => a.serviceMs - b.serviceMs)
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0)
  const size = Math.min(most, Math.ceil(total))
  const serviceMs: number[] = []
  const holdMs: number[] = []
  let at = 0
  let reached = sorted[0]?.weight ?? 0
  for (let index = 0; index < size; index++) {
    const wanted = ((index + 0.5) / size) * total
    while (reached < wanted && at < sorted.length - 1) {
      at += 1
      reached += (sorted[at] as Measured).weight
    }
    serviceMs.push((sorted[at] as Measured).serviceMs)
    holdMs.push((sorted[at] as Measured).holdMs)
  }
  return { serviceMs, holdMs }
}
