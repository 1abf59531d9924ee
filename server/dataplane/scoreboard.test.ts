import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { BUCKETS } from '../core/histogram.ts'
import { COUNTER, counters, createScoreboard, ScoreboardReader, ScoreboardWriter } from './scoreboard.ts'

describe('scoreboard', () => {
  it('sums counters and histograms over the workers and keeps rows apart', () => {
    const handle = createScoreboard({ slots: 4, workers: 2 })
    const reader = new ScoreboardReader(handle)
    const [a, b] = [new ScoreboardWriter(handle, 0), new ScoreboardWriter(handle, 1)]
    a.add(2, COUNTER.requests, 3)
    b.add(2, COUNTER.requests, 4)
    b.add(3, COUNTER.bytesOut, 10)
    a.answered(2, 204, 1500)
    b.answered(2, 503, 1500)
    const into = new Float64Array(counters.length)
    reader.readCounters(2, into)
    expect([into[COUNTER.requests], into[COUNTER.s2xx], into[COUNTER.s5xx], into[COUNTER.bytesOut]]).toEqual([
      7, 1, 1, 0,
    ])
    const histogram = new Float64Array(BUCKETS)
    reader.readHistogram(2, histogram)
    expect(histogram.reduce((sum, count) => sum + count, 0)).toBe(2)
  })

  it('never lets more than the limit through, whichever worker asks', () => {
    const handle = createScoreboard({ slots: 1, workers: 2 })
    const [a, b] = [new ScoreboardWriter(handle, 0), new ScoreboardWriter(handle, 1)]
    expect([a.takeBelow(0, 2), b.takeBelow(0, 2), a.takeBelow(0, 2)]).toEqual([true, true, false])
    expect(a.inFlight(0)).toBe(2)
    b.release(0)
    expect(a.takeBelow(0, 2)).toBe(true)
  })

  it('returns the leases and tunnels of a worker that died', () => {
    const handle = createScoreboard({ slots: 2, workers: 2 })
    const reader = new ScoreboardReader(handle)
    const [a, b] = [new ScoreboardWriter(handle, 0), new ScoreboardWriter(handle, 1)]
    a.take(1)
    a.tunnelOpened(1)
    b.take(1)
    reader.forgetWorker(0)
    expect([reader.inFlight(1), reader.tunnels(1)]).toEqual([1, 0])
  })

  it('counts failures in a row over all workers and forgets them after a success', () => {
    const handle = createScoreboard({ slots: 1, workers: 2 })
    const reader = new ScoreboardReader(handle)
    const [a, b] = [new ScoreboardWriter(handle, 0), new ScoreboardWriter(handle, 1)]
    a.outcome(0, true)
    b.outcome(0, true)
    expect(reader.consecutiveFailures(0)).toBe(2)
    a.outcome(0, false)
    expect(reader.consecutiveFailures(0)).toBe(0)
  })

  it('is exact when real threads take and release at once', async () => {
    const handle = createScoreboard({ slots: 1, workers: 3 })
    const source = `
      const { workerData } = require('node:worker_threads')
      import(workerData.url).then(({ ScoreboardWriter }) => {
        const board = new ScoreboardWriter(workerData.handle, workerData.index)
        for (let i = 0; i < 200000; i++) { board.take(0); board.release(0) }
        board.take(0)
      })`
    const url = new URL('./scoreboard.ts', import.meta.url).href
    await Promise.all(
      [0, 1, 2].map((index) => {
        const worker = new Worker(source, { eval: true, workerData: { url, handle, index } })
        return new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject))
      }),
    )
    expect(new ScoreboardReader(handle).inFlight(0)).toBe(3)
  })
})
