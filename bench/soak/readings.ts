/** Takes one reading of everything and files it under the figures. */
import { join } from 'node:path'
import type { Figures } from './figures.ts'
import type { OpenPages, PageReading } from './pages.ts'
import {
  descriptors,
  fileMiB,
  processSeconds,
  residentMiB,
  threadSeconds,
  threads,
  yardstick,
} from './process-readings.ts'
import type { SoakedServer } from './server.ts'
import { median, type Reading } from './verdict.ts'

interface Before {
  at: number
  seconds: number
  byThread: Map<string, number>
  requests: { all: number; failed: number }
  pages: Map<string, PageReading>
}

/** Names of threads as the figures have them. */
const threadNames: Record<string, string> = {
  'node-MainThread': 'main thread',
  'node-V8Worker': "collector's helpers",
  demo: 'demo thread',
}

/** Runs of the yardstick for one reading, and before the first one: its code is compiled then. */
const MEASURES = 3
const WARM_UPS = 20
/** Time over which the growth of the database is taken: it grows in steps. */
const GROWTH_MINUTES = 10
/** A page that has shown the same for so many readings in a row is not alive. */
const STILL = 4

export function createReader(server: SoakedServer, pages: OpenPages, figures: Figures) {
  const { pid } = server.process
  const problems = new Set<string>()
  const still = new Map<string, number>()
  const sizes: Reading[] = []
  let gone = false
  let before: Before | undefined
  for (let run = 0; run < WARM_UPS; run += 1) yardstick()
  void server.process.ended.then(() => {
    gone = true
  })

  function filePages(at: number, now: Map<string, PageReading>, share: (seconds: number) => number): void {
    for (const [name, reading] of now) {
      figures.add('pageHeap', `heap of the ${name}`, at, reading.heapMiB)
      figures.add('nodes', `DOM nodes of the ${name}`, at, reading.nodes)
      figures.add('listeners', `listeners of the ${name}`, at, reading.listeners)
      const earlier = before?.pages.get(name)
      if (earlier !== undefined)
        figures.add('processor', `processor of the ${name}`, at, share(reading.busySeconds - earlier.busySeconds))
      still.set(name, reading.moved ? 0 : (still.get(name) ?? 0) + 1)
      if ((still.get(name) ?? 0) >= STILL) problems.add(`the ${name} stood still from about minute ${Math.round(at)}`)
    }
  }

  function fileStorage(at: number): void {
    const file = join(server.data, 'evenkeel.db')
    sizes.push({ at, value: fileMiB(file) })
    figures.add('writeAhead', 'write-ahead log', at, fileMiB(`${file}-wal`))
    const [oldest] = sizes
    if (oldest === undefined || at - oldest.at < GROWTH_MINUTES) return
    figures.add('database', 'database', at, ((fileMiB(file) - oldest.value) / (at - oldest.at)) * 60)
    sizes.shift()
  }

  /** What needs the reading before this one. */
  function fileChanges(at: number, now: Omit<Before, 'at'>, share: (seconds: number) => number): void {
    if (before === undefined) return
    figures.add('processor', 'processor of the process', at, share(now.seconds - before.seconds))
    for (const [thread, seconds] of now.byThread) {
      const used = seconds - (before.byThread.get(thread) ?? 0)
      figures.add('processor', `processor of ${threadNames[thread] ?? thread}`, at, share(used))
    }
    const all = now.requests.all - before.requests.all
    if (all === 0) problems.add(`no requests came through about minute ${Math.round(at)}`)
    else figures.add('failures', 'responses 5xx', at, ((now.requests.failed - before.requests.failed) / all) * 100)
  }

  async function readAll(at: number): Promise<void> {
    const measure = median(Array.from({ length: MEASURES }, yardstick))
    const seconds = processSeconds(pid)
    const byThread = threadSeconds(pid)
    const [requests, pageReadings] = [await server.requests(), await pages.read()]
    const passed = (at - (before?.at ?? 0)) * 60
    const share = (used: number) => (used / passed) * 100
    figures.add('resident', 'resident memory', at, residentMiB(pid))
    figures.add('descriptors', 'descriptors', at, descriptors(pid))
    figures.add('threads', 'threads', at, threads(pid))
    const heaps = server.heaps()
    for (const [thread, { left }] of heaps) figures.add('heap', `heap of ${thread}`, at, left)
    if (before !== undefined) {
      const collections = [...heaps.values()].reduce((sum, note) => sum + note.collections, 0)
      figures.add('collections', 'full collections', at, (collections / passed) * 3600)
    }
    figures.add('yardstick', 'yardstick', at, measure)
    fileStorage(at)
    const now = { seconds, byThread, requests, pages: pageReadings }
    fileChanges(at, now, share)
    filePages(at, pageReadings, share)
    before = { at, ...now }
  }

  return {
    /** `at` in minutes since the start. */
    async read(at: number): Promise<void> {
      try {
        await readAll(at)
      } catch (error) {
        problems.add(`a reading failed: ${error instanceof Error ? error.message : String(error)}`)
      }
      if (gone) problems.add(`the process ended: ${server.process.complaints().trim().slice(-500)}`)
      if (pages.gone()) problems.add('the browser ended')
    },
    over: () => gone || pages.gone(),
    requests: () => before?.requests.all ?? 0,
    problems: () => [...problems, ...pages.faults()],
  }
}
