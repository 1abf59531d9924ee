/**
 * How many probes run at once. A plain limit would let a few dead hosts, each hanging until its timeout, keep all others waiting. So only
 * young probes are limited: one that has run for 50 ms gives its place back and goes on. That bounds the starts (no stampede when a
 * process begins with thousands of backends) while hanging probes cost nobody a turn. A second, large limit protects descriptors.
 */
import type { Clock } from '../core/clock.ts'
import type { Schedule } from './schedule.ts'

/** Young probes at once. With 50 ms each that is at least 1,280 starts a second even if every host hangs. */
const YOUNG_PROBES = 64
/** How long a probe counts as young, in milliseconds. */
const YOUNG_MS = 50
/** Probes at once, hanging ones included: a full pool of 2,000 may hang. */
const MOST_PROBES = 2048

export interface ProbeGate {
  /** Starts `run` now or when there is a place; `urgent` goes to the head of the line. Returns how to leave the line. */
  enter(run: () => Promise<unknown>, urgent?: boolean): () => void
}

/** Builds the gate. `run` must settle: its place in the large limit is held until then. */
export function createProbeGate(schedule: Schedule, clock: Clock): ProbeGate {
  const urgentLine = new Set<() => Promise<unknown>>()
  const line = new Set<() => Promise<unknown>>()
  let young = 0
  let running = 0

  function next(): (() => Promise<unknown>) | undefined {
    for (const queue of [urgentLine, line]) {
      for (const run of queue) {
        queue.delete(run)
        return run
      }
    }
    return undefined
  }

  function start(run: () => Promise<unknown>): void {
    young++
    running++
    let isYoung = true
    const grow = () => {
      if (!isYoung) return
      isYoung = false
      young--
    }
    const cancel = schedule.at(clock.now() + YOUNG_MS, () => {
      grow()
      admit()
    })
    const end = () => {
      cancel()
      grow()
      running--
      admit()
    }
    run().then(end, end)
  }

  function admit(): void {
    while (young < YOUNG_PROBES && running < MOST_PROBES) {
      const run = next()
      if (run === undefined) return
      start(run)
    }
  }

  return {
    enter(run, urgent = false) {
      const entry = () => run()
      const queue = urgent ? urgentLine : line
      queue.add(entry)
      admit()
      return () => queue.delete(entry)
    },
  }
}
