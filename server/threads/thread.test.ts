import { setFlagsFromString } from 'node:v8'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heapLimitMb, startThread, type ThreadKind, threadMemory } from './thread.ts'

const kinds = Object.keys(threadMemory) as ThreadKind[]
const MB = 1024 * 1024

/** Makes short-lived things, a part of which lives for a while, as the exchanges of a proxy do; then says what its heap is like. */
const thread = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
    import { parentPort } from 'node:worker_threads'
    const alive = []
    let largest = 0
    for (let made = 0; made < 1_000_000; made += 1) {
      alive[made % 20_000] = { number: made, list: [made, made], text: 'item ' + made }
      if (made % 10_000 !== 0) continue
      largest = Math.max(largest, getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size)
    }
    parentPort.postMessage({ limit: getHeapStatistics().heap_size_limit, largest, alive: alive.length })
  `)}`,
)

interface Heap {
  limit: number
  largest: number
}

function heapOf(kind: ThreadKind): Promise<Heap> {
  return new Promise((resolve, reject) => {
    const worker = startThread(kind, thread, { name: kind })
    worker.once('message', (heap: Heap) => void worker.terminate().then(() => resolve(heap)))
    worker.once('error', reject)
  })
}

describe('memory of a thread', () => {
  // As the process is started: a bound for the main thread that would hold for every thread.
  beforeAll(() => setFlagsFromString('--max-semi-space-size=2'))
  afterAll(() => setFlagsFromString('--max-semi-space-size=0'))

  it.each(kinds)('%s: has the limits of its kind, whatever the main thread has', async (kind) => {
    const { limit, largest } = await heapOf(kind)
    expect(limit / MB).toBe(heapLimitMb(threadMemory[kind]))
    // Two halves, and a page that is being filled; with the bound of the main thread they could not be more than 4 MB.
    const halvesMb = ((heapLimitMb(threadMemory[kind]) - threadMemory[kind].oldMb) / 3) * 2
    expect(largest / MB).toBeGreaterThan(5)
    expect(largest / MB).toBeLessThanOrEqual(halvesMb + 1)
  })

  it.each(kinds)('%s: the old generation has room for several young ones', (kind) => {
    const { oldMb } = threadMemory[kind]
    expect(oldMb).toBeGreaterThanOrEqual(4 * (heapLimitMb(threadMemory[kind]) - oldMb))
  })
})
