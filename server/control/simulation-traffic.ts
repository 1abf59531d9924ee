/** What the simulator replays: the log's sample of a pool's requests, scaled to the counted rate, and the measured service times. */
import type { ExchangeRecord } from '../../shared/api/records.ts'
import { type Measured, quantiles, type Recorded, type RecordedStep, stepsOf } from '../core/simulator/recorded.ts'
import type { SimulatedBackend } from '../core/simulator/simulate.ts'

/** Requests of a pool as they were counted, second by second (or in longer steps). */
export interface CountedSteps {
  /** Epoch milliseconds, ascending; only steps that are over. */
  readonly steps: readonly { readonly t: number; readonly requests: number }[]
  readonly stepMs: number
}

/** The traffic of a while, ready to be replayed. */
export interface Window {
  readonly recording: {
    readonly requests: readonly Recorded[]
    readonly steps: readonly { readonly atMs: number; readonly count: number }[]
    readonly stepMs: number
  }
  /** The log's exchanges of the window, in order of time, with how many each stands for. */
  readonly exchanges: readonly { readonly exchange: ExchangeRecord; readonly weight: number }[]
  /** Requests there were in the window. */
  readonly requests: number
  /** Of those, in the log. */
  readonly recorded: number
  readonly seconds: number
  /** Older ones were left out, because more than the simulator takes were asked for. */
  readonly cut: boolean
}

export type ServiceTimes = Pick<SimulatedBackend, 'serviceMs'> & { readonly holdMs: readonly number[] }

/** A backend with fewer measured answers than this borrows the pool's. */
export const FEWEST_TIMES = 20
/** Quantiles kept of a backend's service times. */
const MOST_QUANTILES = 1000

/** The newest steps that hold at most `most` requests together; of a single one that has more, only a part. */
function newest(counted: CountedSteps, most: number): { steps: CountedSteps['steps']; stepMs: number; cut: boolean } {
  const busy = counted.steps.filter(({ requests }) => requests > 0)
  let first = busy.length
  for (let left = most; first > 0; first--) {
    left -= busy[first - 1]?.requests ?? 0
    if (left < 0) break
  }
  const last = busy.at(-1)
  if (last !== undefined && first === busy.length) {
    const stepMs = counted.stepMs * (most / last.requests)
    return { steps: [{ t: last.t, requests: most }], stepMs, cut: true }
  }
  return { steps: busy.slice(first), stepMs: counted.stepMs, cut: first > 0 }
}

function toRecorded({ at, client, path, loggedBecause }: ExchangeRecord, start: number): Recorded {
  return { atMs: at - start, client, uri: path, alone: loggedBecause !== 'sample' }
}

/** The window of what was counted, with the log's exchanges of the pool in it; undefined when nothing was counted. */
export function windowOf(logged: readonly ExchangeRecord[], counted: CountedSteps, most: number): Window | undefined {
  const sorted = [...logged].sort((a, b) => a.at - b.at)
  const { steps, stepMs, cut } = newest(counted, most)
  const [first, last] = [steps[0], steps.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const inside = sorted.filter(({ at }) => at >= first.t && at < last.t + stepMs)
  const recording = {
    requests: inside.map((exchange) => toRecorded(exchange, first.t)),
    steps: steps.map(({ t, requests }) => ({ atMs: t - first.t, count: requests })),
    stepMs,
  }
  const told = stepsOf(recording)
  const weightAt = new Map(told.map((step) => [Math.floor(step.atMs / stepMs), step.standsFor]))
  return {
    recording,
    exchanges: inside.map((exchange) => ({
      exchange,
      weight:
        exchange.loggedBecause === 'sample' ? (weightAt.get(Math.floor((exchange.at - first.t) / stepMs)) ?? 1) : 1,
    })),
    requests: told.reduce((sum, step) => sum + replayed(step), 0),
    recorded: told.reduce((sum, step) => sum + step.requests.length, 0),
    seconds: (last.t + stepMs - first.t) / 1000,
    cut,
  }
}

const replayed = (step: RecordedStep): number => (step.thin ? step.count : step.requests.length)

/** How long the backend itself took; undefined for what says nothing about that: failures, answers of ours, broken ones. */
function measuredOf({ exchange, weight }: Window['exchanges'][number]): Measured | undefined {
  const { ours, outcome, status, firstByteMs, totalMs, queueMs, attempts } = exchange
  if (ours || outcome !== 'complete' || status >= 500 || firstByteMs === null) return undefined
  const begunMs = Math.max(attempts.at(-1)?.startedMs ?? 0, queueMs ?? 0)
  return {
    serviceMs: Math.max(0, firstByteMs - begunMs),
    holdMs: Math.max(0, totalMs - firstByteMs),
    weight,
  }
}

/** Service times of each backend, and who borrows the pool's; undefined when the whole pool has too few. */
export function serviceTimesOf(
  exchanges: Window['exchanges'],
  backends: readonly string[],
): { of: ReadonlyMap<string, ServiceTimes>; borrowed: { id: string; measured: number }[] } | undefined {
  const byBackend = Map.groupBy(exchanges, ({ exchange }) => exchange.backend)
  const own = (id: string) => (byBackend.get(id) ?? []).flatMap((one) => measuredOf(one) ?? [])
  const all = exchanges.flatMap((one) => (one.exchange.backend === null ? [] : (measuredOf(one) ?? [])))
  if (all.length < FEWEST_TIMES) return undefined
  const pool = quantiles(all, MOST_QUANTILES)
  const borrowed: { id: string; measured: number }[] = []
  const of = new Map(
    backends.map((id) => {
      const measured = own(id)
      if (measured.length >= FEWEST_TIMES) return [id, quantiles(measured, MOST_QUANTILES)] as const
      borrowed.push({ id, measured: measured.length })
      return [id, pool] as const
    }),
  )
  return { of, borrowed }
}
