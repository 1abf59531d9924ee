import { expect, test } from 'vitest'
import type { EventRecord } from '../../shared/api/records.ts'
import { EventLog, type NewEvent } from './event-log.ts'
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
