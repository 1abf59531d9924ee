import { describe, expect, it } from 'vitest'
import { ago, bytes, count, duration, millis, percent, plural, rate } from './format.ts'

describe('format', () => {
  it.each([
    [count(0), '0'],
    [count(1234), '1,234'],
    [count(12_345), '12.3k'],
    [count(123_456), '123k'],
    [count(1_234_567), '1.23M'],
    [count(Number.NaN), '–'],
    [rate(0), '0'],
    [rate(3.14), '3.1'],
    [rate(314), '314'],
    [percent(0), '0 %'],
    [percent(0.0004), '< 0.1 %'],
    [percent(0.031), '3.1 %'],
    [percent(0.5), '50 %'],
    [millis(null), '–'],
    [millis(3.21), '3.2 ms'],
    [millis(345), '345 ms'],
    [millis(12_345), '12.3 s'],
    [bytes(512), '512 B'],
    [bytes(1536), '1.5 KiB'],
    [bytes(5 * 1024 ** 3), '5.0 GiB'],
    [duration(42_000), '42 s'],
    [duration(180_000), '3 min'],
    [duration(7_500_000), '2 h 5 min'],
    [duration(3 * 86_400_000), '3 d'],
    [ago(1000, 2000), 'just now'],
    [ago(0, 60_000), '1 min ago'],
    [plural(1, 'backend'), '1 backend'],
    [plural(3, 'backend'), '3 backends'],
  ])('%s', (actual, expected) => {
    expect(actual).toBe(expected)
  })
})
