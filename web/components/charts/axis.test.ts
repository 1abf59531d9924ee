import { expect, test } from 'vitest'
import { timeTicks, type Unit, valueAxis } from './axis.ts'

test.each<[number, Unit, string]>([
  [0, 'rate', '0 · 0.5/s · 1.0/s'],
  [0.6, 'rate', '0 · 0.2/s · 0.4/s · 0.6/s'],
  [0.1, 'rate', '0 · 0.05/s · 0.10/s'],
  [3, 'rate', '0 · 1/s · 2/s · 3/s'],
  [57, 'rate', '0 · 20/s · 40/s · 60/s'],
  [400, 'rate', '0 · 100/s · 200/s · 300/s · 400/s'],
  [9_999, 'rate', '0 · 5k/s · 10k/s'],
  [42_000, 'rate', '0 · 20k/s · 40k/s · 60k/s'],
  [380, 'millis', '0 · 100 ms · 200 ms · 300 ms · 400 ms'],
  [0.4, 'millis', '0 · 0.1 ms · 0.2 ms · 0.3 ms · 0.4 ms'],
  [1600, 'millis', '0 · 0.5 s · 1.0 s · 1.5 s · 2.0 s'],
  [16_000, 'millis', '0 · 5 s · 10 s · 15 s · 20 s'],
  [139, 'millis', '0 · 50 ms · 100 ms · 150 ms'],
])('values up to %d (%s) get %s', (max, unit, expected) => {
  const { ticks, label, top } = valueAxis(max, unit)
  expect(ticks.map(label).join(' · ').replaceAll('\u00a0', ' ')).toBe(expected)
  expect(top).toBe(ticks.at(-1))
  expect(top).toBeGreaterThanOrEqual(max)
})

test('every axis has one step, one unit, and labels that are all different', () => {
  for (let max = 0.013; max < 1e8; max *= 1.37) {
    for (const unit of ['rate', 'millis'] as const) {
      const { ticks, label } = valueAxis(max, unit)
      const labels = ticks.map(label)
      expect(new Set(labels).size).toBe(labels.length)
      expect(new Set(labels.slice(1).map((each) => each.replace(/[\d.]/g, ''))).size).toBe(1)
      expect(ticks.length).toBeGreaterThan(2)
      expect(ticks.length).toBeLessThan(7)
    }
  }
})

const at = (text: string) => new Date(`2026-11-${text}`).getTime()
const shown = (from: string, to: string, most: number) => {
  const { ticks, label } = timeTicks(at(from), at(to), most)
  return ticks.map(label).join(' ')
}

test.each([
  ['five minutes', '12T14:01:13', '12T14:06:13', 6, '14:02:00 14:03:00 14:04:00 14:05:00 14:06:00'],
  ['half a minute', '12T14:01:13', '12T14:01:43', 6, '14:01:15 14:01:20 14:01:25 14:01:30 14:01:35 14:01:40'],
  ['a quarter of an hour', '12T14:01:13', '12T14:16:13', 6, '14:05 14:10 14:15'],
  ['an hour', '12T14:01:13', '12T15:01:13', 6, '14:10 14:20 14:30 14:40 14:50 15:00'],
  ['a day', '12T14:01:13', '13T14:01:13', 8, '15:00 18:00 21:00 13 Nov 03:00 06:00 09:00 12:00'],
  ['a week', '12T14:01:13', '19T14:01:13', 7, '13 Nov 14 Nov 15 Nov 16 Nov 17 Nov 18 Nov 19 Nov'],
  ['a moment', '12T14:01:13', '12T14:01:13', 6, '14:01:13'],
])('%s has its ticks at round times', (_, from, to, most, expected) => expect(shown(from, to, most)).toBe(expected))

test('a month has at most as many ticks as fit, none of them twice', () => {
  for (const most of [3, 6, 10]) {
    const { ticks, label } = timeTicks(at('01T09:00:00'), at('30T09:00:00'), most)
    expect(ticks.length).toBeGreaterThan(0)
    expect(ticks.length).toBeLessThanOrEqual(most + 1)
    expect(new Set(ticks.map(label)).size).toBe(ticks.length)
  }
})
