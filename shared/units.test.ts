import { describe, expect, it } from 'vitest'
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts'

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5s', 1500],
    ['1m30s', 90_000],
    ['1h30m', 5_400_000],
    ['1d12h', 129_600_000],
    ['1s500ms', 1500],
    ['0ms', 0],
    ['14d', 1_209_600_000],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(['', '10', 's', '30s1m', '1m1m', '1m 30s', '10S', '-1s', '1e3s', '.5s', '1.s', `${'1'.repeat(100)}s`])(
    'refuses "%s"',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  )

  it.each([
    [10_000, '10s'],
    [90_000, '90s'],
    [1500, '1500ms'],
    [86_400_000, '1d'],
  ])('%d is spelt %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
    expect(parseDuration(text)).toBe(ms)
  })
})

describe('sizes', () => {
  it.each([
    ['0B', 0],
    ['64KiB', 65_536],
    ['1MiB', 1_048_576],
    ['10MB', 10_000_000],
    ['10MiB', 10_485_760],
    ['1kB', 1000],
    ['1KB', 1000],
    ['1.5GB', 1_500_000_000],
    ['1TiB', 1_099_511_627_776],
    ['1TB', 1_000_000_000_000],
  ])('%s', (text, bytes) => expect(parseSize(text)).toBe(bytes))

  it.each(['', '10', '10M', '10mb', '10 MB', '-1B', '1EB'])('refuses "%s"', (text) =>
    expect(parseSize(text)).toBeUndefined(),
  )

  it.each([
    [65_536, '64KiB'],
    [1000, '1000B'],
    [0, '0B'],
  ])('%d is spelt %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text)
    expect(parseSize(text)).toBe(bytes)
  })
})
