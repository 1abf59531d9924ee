import { expect, test } from 'vitest'
import type { EventRecord, ExchangeRecord } from '../../shared/api/records.ts'
import { EventLog, type NewEvent } from './event-log.ts'
import { ExchangeLog } from './exchange-log.ts'
import { ListSink } from './testing.ts'

const happened: NewEvent = { at: 5, kind: 'process', severity: 'info', message: 'something happened' }

test('events are numbered on from what is stored, stored, and told to everybody', () => {
  const sink = new ListSink()
  sink.addEvent({ id: 41, ...happened })
  const log = new EventLog({ sink })
  const told: EventRecord[] = []
  const stop = log.subscribe((event) => told.push(event))
  expect(log.record(happened)).toBe(42)
  stop()
  log.record(happened)
  expect(sink.events.map(({ id }) => id)).toEqual([41, 42, 43])
  expect(told.map(({ id }) => id)).toEqual([42])
  expect(log.list({ limit: 10 }).map(({ id }) => id)).toEqual([43, 42, 41])
})

test('events that cannot be stored are listed all the same, filtered and bounded', () => {
  const log = new EventLog({ sink: { addEvent() {}, listEvents: () => [], lastEventId: () => 0 }, most: 10 })
  for (let index = 0; index < 100; index++)
    log.record({ ...happened, at: index, ...(index % 2 === 0 && { pool: 'app', backend: 'a1', kind: 'availability' }) })
  const ids = (query: object) => log.list({ limit: 100, ...query }).map(({ id }) => id)
  expect(ids({}).length).toBeLessThanOrEqual(20)
  expect(ids({ limit: 2 })).toEqual([100, 99])
  expect(ids({ limit: 2, before: 99 })).toEqual([98, 97])
  expect(ids({ pool: 'app', backend: 'a1', limit: 2 })).toEqual([99, 97])
  expect(ids({ kind: 'availability', from: 98 })).toEqual([99])
  expect(ids({ to: 97, limit: 1 })).toEqual([98])
  log.record({ ...happened, kind: 'revision', pools: ['shop', 'app'] })
  expect(ids({ pool: 'shop' })).toEqual([101])
  expect(ids({ pool: 'app', limit: 2 })).toEqual([101, 99])
})

test('a subscriber that throws harms nobody and is reported', () => {
  const defects: unknown[] = []
  const log = new EventLog({ sink: new ListSink(), onDefect: (error) => defects.push(error) })
  log.subscribe(() => {
    throw new TypeError('wrong')
  })
  let told = 0
  log.subscribe(() => told++)
  expect(log.record(happened)).toBe(1)
  expect(told).toBe(1)
  expect(defects).toEqual([new TypeError('wrong')])
})

function exchange(index: number, more: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    id: `x${index}`,
    at: index,
    listener: 'web',
    route: 'default',
    pool: 'app',
    backend: 'a1',
    client: '10.0.0.9',
    method: 'GET',
    host: 'example.com',
    path: `/Item/${index}`,
    status: 200,
    ours: false,
    outcome: 'complete',
    bytesIn: 0,
    bytesOut: 0,
    queueMs: null,
    connectMs: 1,
    firstByteMs: 2,
    totalMs: 3,
    attempts: [],
    loggedBecause: 'sample',
    ...more,
  }
}

test('the newest exchanges are kept, newest first, page by page', () => {
  const log = new ExchangeLog({ most: 5 })
  for (let index = 1; index <= 3; index++) log.add([exchange(index)])
  const ids = (query: object) => log.list({ limit: 10, ...query }).map(({ id }) => id)
  expect(ids({})).toEqual(['x3', 'x2', 'x1'])
  log.add([4, 5, 6, 7].map((index) => exchange(index)))
  expect(ids({})).toEqual(['x7', 'x6', 'x5', 'x4', 'x3'])
  expect(ids({ limit: 2, before: 'x6' })).toEqual(['x5', 'x4'])
  expect(ids({ before: 'x1' })).toEqual([])
  expect(log.find('x7')?.at).toBe(7)
  expect(log.find('x1')).toBeUndefined()
})

test('exchanges are filtered by what people look for', () => {
  const log = new ExchangeLog()
  const attempts = [{ backend: 'a2', outcome: 'refused', startedMs: 0, endedMs: 1, reason: 'turn' }]
  log.add([
    exchange(1),
    exchange(2, { status: 503, ours: true, backend: null, loggedBecause: 'error', attempts }),
    exchange(3, { status: 404, route: 'api', pool: 'other', outcome: 'client-aborted', listener: 'tls' }),
  ])
  const ids = (query: object) => log.list({ limit: 10, ...query }).map(({ id }) => id)
  expect(ids({ status: 5 })).toEqual(['x2'])
  expect(ids({ status: 404 })).toEqual(['x3'])
  expect(ids({ backend: 'a2' })).toEqual(['x2'])
  expect(ids({ pool: 'other' })).toEqual(['x3'])
  expect(ids({ route: 'api', listener: 'tls', outcome: 'client-aborted' })).toEqual(['x3'])
  expect(ids({ loggedBecause: 'error' })).toEqual(['x2'])
  expect(ids({ text: 'item/1' })).toEqual(['x1'])
  expect(ids({ from: 2, to: 2 })).toEqual(['x2'])
})

test('subscribers get exchanges in batches', () => {
  const defects: unknown[] = []
  const log = new ExchangeLog({ onDefect: (error) => defects.push(error) })
  const told: number[] = []
  log.subscribe(() => {
    throw new TypeError('wrong')
  })
  const stop = log.subscribe((batch) => told.push(batch.length))
  log.add([exchange(1), exchange(2)])
  log.add([])
  stop()
  log.add([exchange(3)])
  expect(told).toEqual([2])
  expect(defects).toHaveLength(2)
})
