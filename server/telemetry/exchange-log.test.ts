import { describe, expect, it } from 'vitest'
import { exchangeFits } from '../../shared/api/exchanges.ts'
import type { ExchangeRecord } from '../../shared/api/records.ts'
import { exchange } from '../testing/exchange.ts'
import { ExchangeLog } from './exchange-log.ts'
import type { ExchangeSink, NumberedExchange } from './sink.ts'

/** A sink that stores at once. */
class ListSink implements ExchangeSink {
  readonly stored: NumberedExchange[] = []
  leftOut = 0
  since: number | undefined = 0
  asked = 0

  addExchanges(exchanges: readonly NumberedExchange[], leftOut: number): void {
    this.stored.push(...exchanges)
    this.leftOut += leftOut
  }
  listExchanges(query: Parameters<ExchangeSink['listExchanges']>[0]): NumberedExchange[] {
    this.asked += 1
    return this.stored
      .filter((one) => exchangeFits(one, query))
      .reverse()
      .slice(0, query.limit)
  }
  findExchange(id: string): NumberedExchange | undefined {
    return this.stored.findLast((one) => one.id === id)
  }
  lastExchangeSeq(): number {
    return this.stored.at(-1)?.seq ?? 0
  }
  exchangeReach() {
    return { since: this.since, leftOut: this.leftOut, stored: true }
  }
}

const NONE = { errors: 0, others: 0 }
const failed = (index: number, more: Partial<ExchangeRecord> = {}) =>
  exchange(index, { status: 502, ours: true, loggedBecause: 'error', ...more })

function world({ most = 5, now = 1000 }: { most?: number; now?: number } = {}) {
  const sink = new ListSink()
  const clock = { now }
  const open = () => new ExchangeLog({ sink, most, now: () => clock.now, keptMs: () => 604_800_000 })
  const log = open()
  const ids = (query: Partial<Parameters<ExchangeLog['list']>[0]> = {}, of = log) =>
    of.list({ limit: 10, ...query }).map(({ id }) => id)
  return { sink, clock, open, log, ids }
}

describe('the log of requests', () => {
  it('is newest first, page by page', () => {
    const { log, ids } = world()
    for (let index = 1; index <= 3; index++) log.add([exchange(index)], NONE)
    expect(ids()).toEqual(['x3', 'x2', 'x1'])
    log.add(
      [4, 5, 6, 7].map((index) => exchange(index)),
      NONE,
    )
    expect(ids()).toEqual(['x7', 'x6', 'x5', 'x4', 'x3'])
    const [, second] = log.list({ limit: 2 })
    expect(ids({ limit: 2, beforeSeq: second?.seq })).toEqual(['x5', 'x4'])
    expect(log.find('x7')?.at).toBe(7)
    expect(log.find('x1')).toBeUndefined()
  })

  it('plain traffic pushes no error out', () => {
    const { log, ids } = world()
    log.add([failed(1)], NONE)
    for (let index = 2; index < 100; index++) log.add([exchange(index)], NONE)
    expect(ids()).toEqual(['x99', 'x98', 'x97', 'x96', 'x95', 'x1'])
  })

  it('goes on in the store where memory ends, each once and in order', () => {
    const { log, ids, sink } = world()
    for (let index = 1; index <= 20; index++) log.add([index % 2 ? failed(index) : exchange(index)], NONE)
    expect(sink.stored).toHaveLength(10)
    const all = ids({ limit: 100 })
    expect(all).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 9, 7, 5, 3, 1].map((index) => `x${index}`))
    const paged: string[] = []
    for (let beforeSeq: number | undefined; ; ) {
      const page = log.list({ limit: 4, ...(beforeSeq !== undefined && { beforeSeq }) })
      if (page.length === 0) break
      paged.push(...page.map(({ id }) => id))
      beforeSeq = page.at(-1)?.seq
    }
    expect(paged).toEqual(all)
    expect(log.find('x1')?.status).toBe(502)
  })

  it('does not ask the store for what memory has', () => {
    const { log, ids, sink } = world({ most: 50 })
    for (let index = 1; index <= 20; index++) log.add([failed(index)], NONE)
    expect(ids({ limit: 10 })).toHaveLength(10)
    expect(ids({ loggedBecause: 'sample' })).toEqual([])
    expect(sink.asked).toBe(0)
  })

  it('has its errors again after a restart, and numbers go on', () => {
    const { log, open, ids, clock } = world()
    log.add([failed(1), exchange(2), exchange(3, { loggedBecause: 'slow' })], NONE)
    clock.now = 500
    const again = open()
    expect(ids({}, again)).toEqual(['x3', 'x1'])
    again.add([failed(4)], NONE)
    expect(ids({}, again)).toEqual(['x4', 'x3', 'x1'])
  })

  it('of a storm only some are stored, the rest is counted, and the rare ones stay', () => {
    const { log, ids, sink, clock } = world({ most: 10 })
    log.add([failed(0, { status: 504, backend: 'a2' })], NONE)
    for (let index = 1; index <= 2000; index++) {
      clock.now += 5
      log.add([failed(index)], { errors: 1, others: 2 })
    }
    expect(ids({ status: '504' })).toEqual(['x0'])
    expect(sink.stored.length).toBeLessThan(115)
    expect(log.reach()).toMatchObject({
      errors: { leftOut: 2000 + 2001 - sink.stored.length, keptMs: 604_800_000, stored: true },
      samples: { leftOut: 4000 },
    })
  })

  it('says how far back it reaches', () => {
    const { log, sink } = world({ now: 1000 })
    sink.since = 400
    expect(log.reach()).toMatchObject({ errors: { since: 400 }, samples: { since: 1000 } })
    for (let index = 1; index <= 7; index++) log.add([exchange(2000 + index), failed(3000 + index)], NONE)
    expect(log.reach().samples.since).toBe(2003)
    sink.since = undefined
    expect(log.reach().errors.since).toBe(3003)
  })

  it('filters by what people look for', () => {
    const { log, ids } = world()
    const attempts = [{ backend: 'a2', outcome: 'refused', startedMs: 0, endedMs: 1, reason: 'turn' }]
    log.add(
      [
        exchange(1),
        failed(2, { status: 503, backend: null, attempts, notRetried: 'budget' }),
        exchange(3, { status: 404, route: 'api', pool: 'other', outcome: 'client-aborted', listener: 'tls' }),
      ],
      NONE,
    )
    expect(ids({ status: '5xx' })).toEqual(['x2'])
    expect(ids({ status: '404' })).toEqual(['x3'])
    expect(ids({ backend: 'a2' })).toEqual(['x2'])
    expect(ids({ pool: 'other' })).toEqual(['x3'])
    expect(ids({ route: 'api', listener: 'tls', outcome: 'client-aborted' })).toEqual(['x3'])
    expect(ids({ loggedBecause: 'error', notRetried: 'budget' })).toEqual(['x2'])
    expect(ids({ path: 'item/1' })).toEqual(['x1'])
    expect(ids({ from: 2, to: 2 })).toEqual(['x2'])
    expect(ids({ before: 2 })).toEqual(['x1'])
    expect(ids({ id: 'X2' })).toEqual([])
    expect(ids({ method: 'get', minMs: 3, client: '10.', host: 'EXAMPLE' })).toHaveLength(3)
  })

  it('tells subscribers in batches, and one that throws harms nobody', () => {
    const { sink } = world()
    const defects: unknown[] = []
    const log = new ExchangeLog({ sink, now: () => 1, keptMs: () => 1, onDefect: (error) => defects.push(error) })
    const told: number[] = []
    log.subscribe(() => {
      throw new TypeError('wrong')
    })
    const stop = log.subscribe((batch) => told.push(batch.length))
    log.add([exchange(1), exchange(2)], NONE)
    log.add([], { errors: 0, others: 9 })
    stop()
    log.add([exchange(3)], NONE)
    expect(told).toEqual([2])
    expect(defects).toHaveLength(2)
  })
})
