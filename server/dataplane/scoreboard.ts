/**
 * Layout, writer and reader of the shared memory in which all live numbers are kept: workers write, the main thread reads,
 * and no message is sent per request.
 *
 * Every backend has one row ("slot"). In-flight counts are atomics shared by all workers, so least-connections is exact across
 * threads; each worker keeps its own share beside them, so that the leases of a dead thread can be returned. Counters have one
 * writer each (a worker's own block) and only ever grow; 8-byte aligned doubles are never seen half-written on 64-bit machines.
 */
import { BUCKETS, bucketOf } from '../core/histogram.ts'
import type { Numbers } from '../core/strategies/strategy.ts'

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
] as const
export type Counter = (typeof counters)[number]

/** Index of each counter within its row. */
export const COUNTER = Object.fromEntries(counters.map((name, index) => [name, index])) as Record<Counter, number>
const ROW = counters.length

/** Numbers of a whole worker: connections it holds and how busy it was. */
export const workerGauges = ['connections', 'utilization', 'lagMs', 'accepted', 'answered'] as const
const GAUGES = workerGauges.length
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

function layout({ slots, workers }: ScoreboardShape) {
  const inFlight = 0
  const tunnels = inFlight + slots * 4
  const consecutive = tunnels + slots * 4
  const own = consecutive + slots * 4
  const ownTunnels = own + slots * workers * 4
  const histograms = ownTunnels + slots * workers * 4
  const counterBlock = Math.ceil((histograms + slots * workers * BUCKETS * 4) / 8) * 8
  const gauges = counterBlock + slots * workers * ROW * 8
  return {
    inFlight,
    tunnels,
    consecutive,
    own,
    ownTunnels,
    histograms,
    counterBlock,
    gauges,
    bytes: gauges + workers * GAUGES * 8,
  }
}

/** Makes empty shared memory. Untouched pages cost nothing, so `slots` may be generous. */
export function createScoreboard(shape: ScoreboardShape): ScoreboardHandle {
  return { ...shape, buffer: new SharedArrayBuffer(layout(shape).bytes) }
}

/** What one worker writes. Every method is called on the hot path and allocates nothing. */
export class ScoreboardWriter implements Numbers {
  private readonly shared: Int32Array
  private readonly tunnelCounts: Int32Array
  private readonly failures: Int32Array
  private readonly own: Int32Array
  private readonly ownTunnels: Int32Array
  private readonly histograms: Uint32Array
  private readonly counts: Float64Array
  private readonly gauges: Float64Array

  constructor(handle: ScoreboardHandle, worker: number) {
    const { buffer, slots } = handle
    const at = layout(handle)
    this.shared = new Int32Array(buffer, at.inFlight, slots)
    this.tunnelCounts = new Int32Array(buffer, at.tunnels, slots)
    this.failures = new Int32Array(buffer, at.consecutive, slots)
    this.own = new Int32Array(buffer, at.own + worker * slots * 4, slots)
    this.ownTunnels = new Int32Array(buffer, at.ownTunnels + worker * slots * 4, slots)
    this.histograms = new Uint32Array(buffer, at.histograms + worker * slots * BUCKETS * 4, slots * BUCKETS)
    this.counts = new Float64Array(buffer, at.counterBlock + worker * slots * ROW * 8, slots * ROW)
    this.gauges = new Float64Array(buffer, at.gauges + worker * GAUGES * 8, GAUGES)
  }

  /** A plain read: aligned 32-bit reads are never torn, and an atomic one would cost 7 ns per candidate and pick. Leases are atomic. */
  inFlight(slot: number): number {
    return this.shared[slot] as number
  }

  /** Takes a lease: one more in flight. Returns the count including this one. */
  take(slot: number): number {
    this.own[slot] = (this.own[slot] as number) + 1
    return Atomics.add(this.shared, slot, 1) + 1
  }

  /** Takes a lease unless `limit` (0 = none) is reached over all workers. */
  takeBelow(slot: number, limit: number): boolean {
    if (this.take(slot) <= limit || limit === 0) return true
    this.release(slot)
    return false
  }

  release(slot: number): void {
    this.own[slot] = (this.own[slot] as number) - 1
    Atomics.sub(this.shared, slot, 1)
  }

  /** Counts a lease as a tunnel too, from its 101 until it closes. */
  tunnelOpened(slot: number): void {
    this.ownTunnels[slot] = (this.ownTunnels[slot] as number) + 1
    Atomics.add(this.tunnelCounts, slot, 1)
  }

  tunnelClosed(slot: number): void {
    this.ownTunnels[slot] = (this.ownTunnels[slot] as number) - 1
    Atomics.sub(this.tunnelCounts, slot, 1)
  }

  add(slot: number, counter: number, amount: number): void {
    const index = slot * ROW + counter
    this.counts[index] = (this.counts[index] as number) + amount
  }

  /** Counts an answer of the backend by its class and its time to first byte. */
  answered(slot: number, status: number, firstByteMicros: number): void {
    this.add(slot, COUNTER.s1xx + Math.min(4, Math.max(0, ((status / 100) | 0) - 1)), 1)
    const index = slot * BUCKETS + bucketOf(firstByteMicros)
    this.histograms[index] = (this.histograms[index] as number) + 1
  }

  /** One more failure in a row, or the end of the row. The write is skipped when there is nothing to reset. */
  outcome(slot: number, failed: boolean): void {
    if (failed) Atomics.add(this.failures, slot, 1)
    else if (this.failures[slot] !== 0) Atomics.store(this.failures, slot, 0)
  }

  gauge(gauge: number, value: number): void {
    this.gauges[gauge] = value
  }

  addGauge(gauge: number, amount: number): void {
    this.gauges[gauge] = (this.gauges[gauge] as number) + amount
  }
}

/** What the main thread reads: sums over all workers. */
export class ScoreboardReader implements Numbers {
  readonly shape: ScoreboardShape
  private readonly shared: Int32Array
  private readonly tunnelCounts: Int32Array
  private readonly failures: Int32Array
  private readonly own: Int32Array
  private readonly ownTunnels: Int32Array
  private readonly histograms: Uint32Array
  private readonly counts: Float64Array
  private readonly gauges: Float64Array

  constructor(handle: ScoreboardHandle) {
    const { buffer, slots, workers } = handle
    const at = layout(handle)
    this.shape = { slots, workers }
    this.shared = new Int32Array(buffer, at.inFlight, slots)
    this.tunnelCounts = new Int32Array(buffer, at.tunnels, slots)
    this.failures = new Int32Array(buffer, at.consecutive, slots)
    this.own = new Int32Array(buffer, at.own, slots * workers)
    this.ownTunnels = new Int32Array(buffer, at.ownTunnels, slots * workers)
    this.histograms = new Uint32Array(buffer, at.histograms, slots * workers * BUCKETS)
    this.counts = new Float64Array(buffer, at.counterBlock, slots * workers * ROW)
    this.gauges = new Float64Array(buffer, at.gauges, workers * GAUGES)
  }

  inFlight(slot: number): number {
    return Atomics.load(this.shared, slot)
  }

  tunnels(slot: number): number {
    return Atomics.load(this.tunnelCounts, slot)
  }

  /** Failures in a row, over all workers. */
  consecutiveFailures(slot: number): number {
    return Atomics.load(this.failures, slot)
  }

  resetConsecutiveFailures(slot: number): void {
    Atomics.store(this.failures, slot, 0)
  }

  /** Adds the row's counters, summed over the workers, into `into` (length: `counters.length`). */
  readCounters(slot: number, into: Float64Array): void {
    into.fill(0)
    for (let worker = 0; worker < this.shape.workers; worker++) {
      const base = (worker * this.shape.slots + slot) * ROW
      for (let index = 0; index < ROW; index++)
        into[index] = (into[index] as number) + (this.counts[base + index] as number)
    }
  }

  /** Sums the row's latency histogram over the workers into `into` (length: `BUCKETS`). */
  readHistogram(slot: number, into: Float64Array): void {
    into.fill(0)
    for (let worker = 0; worker < this.shape.workers; worker++) {
      const base = (worker * this.shape.slots + slot) * BUCKETS
      for (let index = 0; index < BUCKETS; index++)
        into[index] = (into[index] as number) + (this.histograms[base + index] as number)
    }
  }

  gauge(worker: number, gauge: number): number {
    return this.gauges[worker * GAUGES + gauge] as number
  }

  /** Returns the leases a dead worker held, so that its backends do not look busy for ever. Call after the thread has exited. */
  forgetWorker(worker: number): void {
    const { slots } = this.shape
    for (let slot = 0; slot < slots; slot++) {
      const index = worker * slots + slot
      const leases = this.own[index] as number
      const tunnels = this.ownTunnels[index] as number
      if (leases !== 0) Atomics.sub(this.shared, slot, leases)
      if (tunnels !== 0) Atomics.sub(this.tunnelCounts, slot, tunnels)
      this.own[index] = 0
      this.ownTunnels[index] = 0
    }
    this.gauges.fill(0, worker * GAUGES, (worker + 1) * GAUGES)
  }

  /** Empties a row before another backend gets it. The counters go to zero for every worker; nothing may be in flight. */
  clear(slot: number): void {
    for (let worker = 0; worker < this.shape.workers; worker++) {
      const row = worker * this.shape.slots + slot
      this.counts.fill(0, row * ROW, (row + 1) * ROW)
      this.histograms.fill(0, row * BUCKETS, (row + 1) * BUCKETS)
    }
    Atomics.store(this.failures, slot, 0)
  }
}
