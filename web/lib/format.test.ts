import { describe, expect, it } from 'vitest'
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDateTime,
  formatMs,
  formatRate,
  formatShare,
  formatSpan,
  formatTime,
  plural,
} from './format.ts'

const table = <T>(format: (value: T) => string, rows: [T, string][]) =>
  it.each(rows)('%s → %s', (value, text) => expect(format(value)).toBe(text))

describe('formatCount', () =>
  table(formatCount, [
    [0, '0'],
    [950, '950'],
    [9999, '9,999'],
    [12_345, '12.3k'],
    [99_960, '100k'],
    [999_960, '1.00M'],
    [1_204_000, '1.20M'],
    [-12_345, '-12.3k'],
    [null, '–'],
    [Number.NaN, '–'],
  ]))

describe('formatRate', () =>
  table(formatRate, [
    [0, '0'],
    [0.42, '0.4'],
    [9.94, '9.9'],
    [9.97, '10'],
    [1234, '1,234'],
    [56_000, '56.0k'],
    [undefined, '–'],
  ]))

describe('formatMs', () =>
  table(formatMs, [
    [0.42, '0.4 ms'],
    [9.96, '10 ms'],
    [420.4, '420 ms'],
    [999.6, '1.00 s'],
    [12_345, '12.3 s'],
    [120_000, '2.0 min'],
    [null, '–'],
  ]))

describe('formatBytes', () =>
  table(formatBytes, [
    [0, '0 B'],
    [512, '512 B'],
    [1536, '1.50 KiB'],
    [12.3 * 1024 ** 2, '12.3 MiB'],
    [5 * 1024 ** 4, '5.00 TiB'],
    [5000 * 1024 ** 4, '5000 TiB'],
    [null, '–'],
  ]))

describe('formatShare', () =>
  table(formatShare, [
    [0, '0 %'],
    [0.0004, '<0.1 %'],
    [0.024, '2.4 %'],
    [0.42, '42 %'],
    [0.9999, '99.9 %'],
    [1, '100 %'],
    [null, '–'],
  ]))

describe('formatSpan', () =>
  table(formatSpan, [
    [0, '0 s'],
    [-5, '0 s'],
    [12_900, '12 s'],
    [250_000, '4 min 10 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ]))

describe('times', () => {
  it('says how long ago', () => {
    expect(formatAgo(0, 1500)).toBe('now')
    expect(formatAgo(0, 12_400)).toBe('12 s ago')
    expect(formatAgo(0, 240_000)).toBe('4 min ago')
    expect(formatAgo(0, 2 * 3_600_000)).toBe('2 h ago')
    expect(formatAgo(0, 3 * 86_400_000)).toBe('3 d ago')
  })

  it('writes local times', () => {
    const at = new Date(2026, 10, 3, 5, 4, 9).getTime()
    expect(formatTime(at)).toBe('05:04:09')
    expect(formatDateTime(at)).toBe('2026-11-03 05:04:09')
  })

  it('counts things', () => {
    expect(plural(1, 'pool')).toBe('1 pool')
    expect(plural(3, 'pool')).toBe('3 pools')
    expect(plural(2, 'address', 'addresses')).toBe('2 addresses')
  })
})
