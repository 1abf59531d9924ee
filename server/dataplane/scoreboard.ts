/**
 * Layout, writer and reader of the shared memory in which all live numbers are kept: workers write, the main thread reads,
 * and no message is sent per request.
 *
 * Every backend has one row ("slot"). In-flight counts are atomics shared by all workers, so least-connections is exact across
 * threads; each worker keeps its own share beside them, so that the leases of a dead thread can be returned. Counters have one
 * writer each (a worker's own block) and only ever grow; 8-byte aligned doubles are never seen half-written on 64-bit machines.
 */
import { BUCKETS, bucketOf } from '../core/histogram.ts'
import { RetryWindow, WINDOW_ROW } from '../core/retry-window.ts'
import { NO_SLOT } from '../core/snapshot.ts'
import type { Numbers } from '../core/strategies/strategy.ts'
import { COUNTER, GAUGES, layout, ROW, type ScoreboardHandle, type ScoreboardShape } from './scoreboard-layout.ts'

export {
  COUNTER,
  type Counter,
  counters,
  createScoreboard,
  GAUGE,
  type ScoreboardHandle,
  type ScoreboardShape,
  workerGauges,
} from './scoreboard-layout.ts'

function windowsOf(handle: ScoreboardHandle): Int32Array {
  return new Int32Array(handle.buffer, layout(handle).windows, handle.slots * handle.workers * WINDOW_ROW)
}

/** The retry budget's counts, as one worker writes and reads them; a pool's row is its slot. */
export function retryWindow(handle: ScoreboardHandle, worker: number): RetryWindow {
  return new RetryWindow(windowsOf(handle), handle.slots, worker)
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
  private readonly signals: Int32Array

  constructor(handle: ScoreboardHandle, worker: number) {
    const { buffer, slots } = handle
    const at = layout(handle)
    this.shared = new Int32Array(buffer, at.inFlight, slots)
    this.tunnelCounts = new Int32Array(buffer, at.tunnels, slots)
    this.failures = new Int32Array(buffer, at.consecutive, slots)
    this.signals = new Int32Array(buffer, at.signals, slots)
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

  /** Counts one of what came by a listener or a route; `NO_SLOT` counts nothing. */
  addWay(slot: number, counter: number): void {
    if (slot !== NO_SLOT) this.add(slot, counter, 1)
  }

  /** Counts a request that we answered ourselves before any backend had it; the row is its pool's, or that of all without a pool. */
  refused(slot: number, status: number): void {
    this.add(slot, COUNTER.requests, 1)
    this.add(slot, status >= 500 ? COUNTER.ours : COUNTER.s4xx, 1)
  }

  /** One more failure in a row, or the end of the row. The write is skipped when there is nothing to reset. */
  outcome(slot: number, failed: boolean): void {
    if (failed) Atomics.add(this.failures, slot, 1)
    else if (this.failures[slot] !== 0) Atomics.store(this.failures, slot, 0)
  }

  /** Wakes every worker that waits for a signal of this row. */
  signal(slot: number): void {
    Atomics.add(this.signals, slot, 1)
    Atomics.notify(this.signals, slot)
  }

  /** Calls `then` at the row's next signal, or after `ms` milliseconds without one. Never in the same turn of the event loop. */
  awaitSignal(slot: number, ms: number, then: () => void): void {
    const { async, value } = Atomics.waitAsync(this.signals, slot, Atomics.load(this.signals, slot), ms)
    if (async) void value.then(then)
    else setImmediate(then)
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
  private readonly windows: Int32Array

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
    this.windows = windowsOf(handle)
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
      this.windows.fill(0, row * WINDOW_ROW, (row + 1) * WINDOW_ROW)
    }
    Atomics.store(this.failures, slot, 0)
  }
}
