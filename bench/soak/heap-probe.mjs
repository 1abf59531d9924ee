/**
 * Loaded by each thread of the process that is soaked, before its own module: notes what was left after each full collection. It asks for
 * none, because collections that would not have come by themselves would hide what is looked for.
 */
import { appendFile } from 'node:fs'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { isMainThread, threadName } from 'node:worker_threads'

const file = process.env.EVENKEEL_SOAK_NOTES
if (file !== undefined)
  new PerformanceObserver((list) => {
    const full = list.getEntries().filter(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR)
    if (full.length === 0) return
    const note = {
      time: Date.now(),
      thread: isMainThread ? 'main' : threadName,
      collections: full.length,
      used: getHeapStatistics().used_heap_size,
    }
    appendFile(file, `${JSON.stringify(note)}\n`, () => undefined)
  }).observe({ entryTypes: ['gc'] })
