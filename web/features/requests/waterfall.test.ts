import { describe, expect, it } from 'vitest'
import type { ExchangeRecord, WhyRecord } from '../../../shared/api/records.ts'
import { commandOf } from './debug-command.tsx'
import { listenerUrl } from './empty.tsx'
import { attemptBars, phaseBars } from './waterfall.ts'
import { choiceSentence, scoreText } from './why-words.ts'

const exchange = (change: Partial<ExchangeRecord>) =>
  ({
    queueMs: null,
    connectMs: null,
    firstByteMs: null,
    totalMs: 100,
    ours: false,
    attempts: [],
    ...change,
  }) as ExchangeRecord
const attempt = (backend: string, outcome: string, startedMs: number, endedMs: number, reason = '') => ({
  backend,
  outcome,
  startedMs,
  endedMs,
  reason,
})
const shape = (bars: ReturnType<typeof phaseBars>) => bars.map(({ phase, from, to }) => [phase, from, to])

describe('the waterfall', () => {
  it('shows queue, connect, wait and transfer one after the other', () => {
    const record = exchange({ queueMs: 10, connectMs: 15, firstByteMs: 60, attempts: [attempt('a', 'ok', 0, 100)] })
    expect(shape(phaseBars(record))).toEqual([
      ['queue', 0, 10],
      ['connect', 10, 15],
      ['wait', 15, 60],
      ['transfer', 60, 100],
    ])
    expect(shape(attemptBars(record))).toEqual([['attempt', 10, 100]])
  })

  it('has each attempt with its outcome and reason; phases are those of the last one', () => {
    const record = exchange({
      connectMs: 40,
      firstByteMs: 90,
      attempts: [
        attempt('a', 'connection refused', 0, 30, 'its turn by weight'),
        attempt('b', 'ok', 30, 100, 'the only one left'),
      ],
    })
    expect(attemptBars(record).map(({ label, note }) => [label, note])).toEqual([
      ['a', 'connection refused · its turn by weight'],
      ['b', 'the only one left'],
    ])
    expect(shape(phaseBars(record))[0]).toEqual(['connect', 30, 40])
  })

  it('says where an answer that never came was waited for', () => {
    const refused = exchange({ ours: true, attempts: [attempt('a', 'connection refused', 0, 5)] })
    expect(phaseBars(refused)).toMatchObject([{ phase: 'wait', label: 'Connect or wait', to: 5 }])
    expect(phaseBars(exchange({}))).toEqual([])
  })
})

describe('words', () => {
  const why = (change: Partial<WhyRecord> = {}): WhyRecord => ({
    strategy: 'round-robin',
    candidates: [],
    leftOut: [],
    failingOpen: false,
    takenAt: 'pick',
    ...change,
  })
  it.each([
    ['a', 'its turn by weight', why(), 'round-robin chose a: its turn by weight.'],
    ['a', '', why({ sticky: 'a' }), "The client's cookie names a, so round-robin was not asked."],
    ['b', 'its turn', why({ sticky: 'a' }), "The client's cookie names a; round-robin chose b: its turn."],
    [null, '', why(), 'round-robin had nobody to choose.'],
  ] as const)('%s, %s', (chosen, reason, record, sentence) => {
    expect(choiceSentence(chosen, reason, record)).toBe(sentence)
  })

  it('scores are as long as they need to be', () => {
    expect([undefined, 3, 1.33333, 0].map(scoreText)).toEqual(['–', '3', '1.33', '0'])
  })
})

it('the command sends the same request to the listener, quoted for a shell', () => {
  const record = { method: 'POST', path: "/it's", host: 'example.com' } as ExchangeRecord
  const command = commandOf(record, listenerUrl('0.0.0.0:8080', 'lb.local'), { field: 'X-D', value: 'v', until: 0 })
  expect(command).toBe(
    "curl -i -X 'POST' 'http://lb.local:8080/it'\\''s' \\\n  -H 'Host: example.com' \\\n  -H 'X-D: v'",
  )
})
