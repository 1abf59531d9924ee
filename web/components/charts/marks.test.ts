import { expect, test } from 'vitest'
import type { EventRecord } from '../../../shared/api/records.ts'
import { clusterMarks, type Mark, marksOf } from './marks.ts'

const at = new Date('2026-11-12T14:02:11').getTime()
const event = (more: Partial<EventRecord>): EventRecord => ({
  id: 1,
  at,
  kind: 'availability',
  severity: 'info',
  message: 'a1 is healthy again: 2 probes passed',
  ...more,
})

test.each<[string, Partial<EventRecord>, Omit<Mark, 't'>]>([
  [
    'a revision tells its number, who and what',
    { kind: 'revision', revision: 11, actor: 'admin', message: 'revision 11: app: strategy random → power-of-two' },
    { kind: 'revision', label: '14:02:11 r11 admin: app: strategy random → power-of-two' },
  ],
  [
    'a revision of before, without anybody',
    { kind: 'revision', message: 'revision 3: added pool app' },
    { kind: 'revision', label: '14:02:11 revision 3: added pool app' },
  ],
  [
    'an ejection is trouble',
    { kind: 'ejection', severity: 'warning', message: 'a1 is ejected: 5 failures in a row' },
    { kind: 'trouble', label: '14:02:11 a1 is ejected: 5 failures in a row' },
  ],
  ['what is over is none', {}, { kind: 'recovery', label: '14:02:11 a1 is healthy again: 2 probes passed' }],
])('%s', (_, more, expected) => expect(marksOf([event(more)], at)).toEqual([{ t: at, ...expected }]))

test('sign-ins explain no curve, and marks are in the order of time', () => {
  const events = [event({ at: 3 }), event({ at: 2, kind: 'sign-in' }), event({ at: 1 })]
  expect(marksOf(events).map(({ t }) => t)).toEqual([1, 3])
})

const mark = (t: number, kind: Mark['kind'] = 'recovery'): Mark => ({ t, kind, label: `${t}` })
const range = { from: 0, to: 1000, width: 1000, apart: 20 }
const shape = (marks: Mark[], change = {}) =>
  clusterMarks(marks, { ...range, ...change }).map(({ at: place, kind, marks: all }) => [place, kind, all.length])

test('marks close together are one, led by the most important', () => {
  const marks = [mark(10, 'trouble'), mark(20, 'revision'), mark(29), mark(31), mark(500, 'trouble'), mark(510)]
  expect(shape(marks)).toEqual([
    [0.01, 'revision', 3],
    [0.031, 'recovery', 1],
    [0.5, 'trouble', 2],
  ])
})

test('marks outside the range are left out, those on its edges are not', () => {
  expect(shape([mark(-1), mark(0), mark(1000), mark(1001)])).toEqual([
    [0, 'recovery', 1],
    [1, 'recovery', 1],
  ])
})

test('however many there are, clusters keep their distance', () => {
  const marks = Array.from({ length: 5000 }, (_, index) => mark(index / 5))
  for (const width of [0, 300, 560, 1200]) {
    const clusters = clusterMarks(marks, { ...range, width })
    expect(clusters.length).toBeLessThanOrEqual(width / 20 + 1)
    clusters.slice(1).forEach((cluster, index) => {
      expect((cluster.at - (clusters[index]?.at ?? 0)) * width).toBeGreaterThanOrEqual(19.99)
    })
    if (width > 0) expect(clusters.reduce((sum, cluster) => sum + cluster.marks.length, 0)).toBe(5000)
  }
})
