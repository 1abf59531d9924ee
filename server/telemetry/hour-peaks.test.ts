import { describe, expect, it } from 'vitest'
import { BUCKETS, bucketOf } from '../core/histogram.ts'
import { HourPeaks } from './hour-peaks.ts'
import { HourRefill } from './hour-refill.ts'
import { SUMS, sums } from './sample.ts'
import type { SeriesRow } from './sink.ts'
import { ListSink } from './testing.ts'

const START = Date.UTC(2026, 0, 2, 3, 0, 0)
const HOUR = 3_600_000

/** Ten seconds of one name, `seconds` after START; every answer took `millis`. */
function row(
  seconds: number,
  backend: string,
  requests: number,
  more: { failed?: number; ours?: number; millis?: number; inFlight?: number } = {},
): SeriesRow {
  const row = { pool: 'app', backend, t: START + seconds * 1000, sums: new Float64Array(SUMS), inFlight: 0, seconds: 0 }
  row.sums[sums.indexOf('requests')] = requests
  row.sums[sums.indexOf('s5xx')] = more.failed ?? 0
  row.sums[sums.indexOf('ours')] = more.ours ?? 0
  const histogram = requests === 0 ? null : new Float64Array(BUCKETS)
  if (histogram) histogram[bucketOf((more.millis ?? 10) * 1000)] = requests
  return { ...row, inFlight: more.inFlight ?? 0, histogram }
}

const now = START + 60_000

describe('the last hour', () => {
  it('has the peak of the pool as a whole', () => {
    const peaks = new HourPeaks()
    peaks.add([row(0, '', 500, { inFlight: 9 }), row(0, 'a', 300), row(0, 'b', 200)])
    peaks.add([row(10, '', 400, { inFlight: 30 }), row(10, 'a', 100), row(10, 'b', 300)])
    expect(peaks.peak('app', now)).toEqual({ requestsPerSecond: 50, inFlight: 30 })
    expect([peaks.carried('app', 'a', now), peaks.carried('app', 'b', now)]).toEqual([30, 30])
    expect(peaks.peak('other', now)).toEqual({ requestsPerSecond: 0, inFlight: 0 })
  })

  it('counts as carried only what went without notable errors or slowness', () => {
    const peaks = new HourPeaks()
    const steps = [
      row(0, 'a', 100),
      row(10, 'a', 200, { failed: 1 }),
      row(20, 'a', 900, { failed: 5, ours: 4 }),
      row(30, 'a', 800, { millis: 50 }),
      row(40, 'a', 100),
    ]
    for (const step of steps) peaks.add([step])
    expect(peaks.carried('app', 'a', now)).toBe(20)
  })

  it('adds up the parts of a step', () => {
    const peaks = new HourPeaks()
    peaks.add([row(0, 'a', 60, { inFlight: 5 })])
    peaks.add([row(0, 'a', 60, { inFlight: 3 })])
    expect(peaks.carried('app', 'a', now)).toBe(12)
    expect(peaks.carried('app', 'a', now)).toBe(12)
  })

  it('forgets what is older than an hour', () => {
    const peaks = new HourPeaks()
    peaks.add([row(0, '', 1000), row(0, 'a', 1000)])
    peaks.add([row(10, '', 100), row(10, 'a', 100)])
    expect(peaks.peak('app', START + HOUR - 1).requestsPerSecond).toBe(100)
    expect(peaks.peak('app', START + HOUR).requestsPerSecond).toBe(10)
    expect(peaks.carried('app', 'a', START + HOUR)).toBe(10)
    expect(peaks.carried('app', 'a', START + 2 * HOUR)).toBe(0)
  })

  it('tells when an answer has moved noticeably, once', () => {
    const peaks = new HourPeaks()
    expect(peaks.moved(now)).toBe(false)
    peaks.add([row(0, '', 1000)])
    expect([peaks.moved(now), peaks.moved(now)]).toEqual([true, false])
    peaks.add([row(10, '', 1040)])
    expect(peaks.moved(now)).toBe(false)
    peaks.add([row(20, '', 1100)])
    expect(peaks.moved(now)).toBe(true)
    expect(peaks.moved(START + 3 * HOUR)).toBe(false)
  })
})

describe('after a start', () => {
  const clock = { now: () => 0 }
  const whole = (seconds: number) => ({ ...row(seconds, '', 1), pool: '' })

  it('the stored steps of the last hour come back, without the one that was cut', () => {
    const sink = new ListSink()
    sink.addSeries('10s', [whole(-HOUR / 1000 - 10), row(-HOUR / 1000 - 10, '', 9000)])
    sink.addSeries('10s', [whole(-3000), row(-3000, '', 500, { inFlight: 7 }), row(-3000, 'a', 500)])
    sink.addSeries('10s', [whole(0), row(0, '', 8000), row(0, 'a', 8000)])
    const peaks = new HourPeaks()
    const refill = new HourRefill({ peaks, sink, startedAt: START + 4000, clock })
    expect([refill.tick(), refill.tick()]).toEqual([true, false])
    expect(peaks.peak('app', START)).toEqual({ requestsPerSecond: 50, inFlight: 7 })
    expect(peaks.carried('app', 'a', START)).toBe(50)
  })

  it('a long history is read over several seconds', () => {
    const sink = new ListSink()
    for (let at = -HOUR / 1000; at < 0; at += 600)
      sink.addSeries('10s', [whole(at), row(at, 'a', 100), row(at, '', 100)])
    let time = 0
    const peaks = new HourPeaks()
    const refill = new HourRefill({ peaks, sink, startedAt: START, clock: { now: () => (time += 7) } })
    let ticks = 0
    while (peaks.peak('app', START - HOUR + 20_000).requestsPerSecond === 0 && ticks < 100) {
      refill.tick()
      ticks += 1
    }
    expect(ticks).toBeGreaterThan(10)
    expect(ticks).toBeLessThan(100)
  })
})
