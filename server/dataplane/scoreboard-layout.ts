/** Where each number of the scoreboard lies in the shared memory. */
import { BUCKETS } from '../core/histogram.ts'
import { WINDOW_ROW } from '../core/retry-window.ts'

/** Counters of one backend in one worker, in the order they are laid out. All only grow. */
export const counters = [
  'requests',
  's1xx',
  's2xx',
  's3xx',
  's4xx',
  's5xx',
  'ours',
  'aborted',
  'retries',
  'connectFailures',
  'bytesIn',
  'bytesOut',
  'clientTimeouts',
  'cut',
] as const
export type Counter = (typeof counters)[number]

/** Index of each counter within its row. */
export const COUNTER = Object.fromEntries(counters.map((name, index) => [name, index])) as Record<Counter, number>
export const ROW = counters.length

/** Numbers of a whole worker: connections it holds and how busy it was. */
export const workerGauges = ['connections', 'utilization', 'lagMs', 'accepted', 'answered'] as const
export const GAUGES = workerGauges.length
export const GAUGE = Object.fromEntries(workerGauges.map((name, index) => [name, index])) as Record<
  (typeof workerGauges)[number],
  number
>

export interface ScoreboardShape {
  /** Most backends at once, drained ones included. */
  slots: number
  workers: number
}

/** Shared memory and its shape: what is handed to a worker. */
export interface ScoreboardHandle extends ScoreboardShape {
  buffer: SharedArrayBuffer
}

/** Byte offsets of the parts. */
export function layout({ slots, workers }: ScoreboardShape) {
  const inFlight = 0
  const tunnels = inFlight + slots * 4
  const consecutive = tunnels + slots * 4
  const signals = consecutive + slots * 4
  const own = signals + slots * 4
  const ownTunnels = own + slots * workers * 4
  const histograms = ownTunnels + slots * workers * 4
  const counterBlock = Math.ceil((histograms + slots * workers * BUCKETS * 4) / 8) * 8
  const gauges = counterBlock + slots * workers * ROW * 8
  const windows = gauges + workers * GAUGES * 8
  return {
    inFlight,
    tunnels,
    consecutive,
    signals,
    own,
    ownTunnels,
    histograms,
    counterBlock,
    gauges,
    windows,
    bytes: windows + slots * workers * WINDOW_ROW * 4,
  }
}

/** Makes empty shared memory. Untouched pages cost nothing, so `slots` may be generous. */
export function createScoreboard(shape: ScoreboardShape): ScoreboardHandle {
  return { ...shape, buffer: new SharedArrayBuffer(layout(shape).bytes) }
}
