import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUCKETS, bucketMillis, bucketOf, percentile } from './histogram.ts'

describe('latency histogram', () => {
  it('puts a latency into a bucket whose middle is within a sixteenth of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 72, max: 130_000_000 }), (micros) => {
        expect(Math.abs(bucketMillis(bucketOf(micros)) * 1000 - micros) / micros).toBeLessThanOrEqual(1 / 16)
      }),
    )
  })

  it('never leaves its range and never falls for a longer latency', () => {
    let last = 0
    for (let micros = 0; micros < 4e9; micros = Math.ceil(micros * 1.03) + 1) {
      const bucket = bucketOf(micros)
      expect(bucket).toBeGreaterThanOrEqual(last)
      expect(bucket).toBeLessThan(BUCKETS)
      last = bucket
    }
  })

  it('finds nearest-rank percentiles, and null for nothing', () => {
    const counts = new Float64Array(BUCKETS)
    expect(percentile(counts, 0.5)).toBeNull()
    for (const value of [1000, 2000, 4000, 8000]) counts[bucketOf(value)] = 1
    expect(percentile(counts, 0.5)).toBe(bucketMillis(bucketOf(2000)))
    expect(percentile(counts, 0.99)).toBe(bucketMillis(bucketOf(8000)))
  })
})
