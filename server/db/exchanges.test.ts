import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ExchangesQuery, exchangeFits, exchangesQuerySchema } from '../../shared/api/exchanges.ts'
import { type ExchangeRecord, outcomes } from '../../shared/api/records.ts'
import { exchange } from '../testing/exchange.ts'
import { createExchangeStore } from './exchange-store.ts'
import {
  addLeftOut,
  exchangeReach,
  findExchange,
  insertExchange,
  lastExchangeSeq,
  listExchanges,
  pruneExchanges,
} from './exchanges.ts'
import { type Db, inTransaction } from './handle.ts'
import { type TemporaryDatabase, temporaryDatabase } from './testing.ts'
import { WriteQueue } from './write-queue.ts'

let data: TemporaryDatabase
let db: Db
beforeEach(() => {
  data = temporaryDatabase()
  db = data.open().db
})
afterEach(() => data.remove())

const numbered = (seq: number, more: Partial<ExchangeRecord> = {}) => ({
  ...exchange(seq, { loggedBecause: 'error', status: 502, ...more }),
  seq,
})
const seqs = (query: Partial<ExchangesQuery> = {}) => listExchanges(db, { limit: 100, ...query }).map(({ seq }) => seq)

describe('stored exchanges', () => {
  it('come back as they were, newest first', () => {
    const why = { strategy: 'hash', candidates: [], leftOut: [], failingOpen: false, takenAt: 'end' as const }
    const one = numbered(1, { why, path: '/Ü', notRetried: 'budget', detail: 'It broke.' })
    insertExchange(db, one)
    insertExchange(db, numbered(2))
    insertExchange(db, numbered(3, { id: 'x1', status: 500 }))
    expect(seqs()).toEqual([3, 2, 1])
    expect(listExchanges(db, { limit: 1, beforeSeq: 2 })).toEqual([one])
    expect(findExchange(db, 'x1')?.status).toBe(500)
    expect(findExchange(db, 'x9')).toBeUndefined()
    expect(lastExchangeSeq(db)).toBe(3)
  })

  it('are cut down when they are huge: what the choice was made from goes, then the end of the path', () => {
    const candidates = Array.from({ length: 500 }, (_, at) => ({ backend: `b${at}`, inFlight: 1, weight: 1 }))
    const why = { strategy: 'random', candidates, leftOut: [], failingOpen: false, takenAt: 'end' as const }
    insertExchange(
      db,
      numbered(1, { why, path: `/${'x'.repeat(8000)}`, host: 'h'.repeat(9000), method: 'M'.repeat(999) }),
    )
    const [found] = listExchanges(db, { limit: 1 })
    expect(found?.why).toBeUndefined()
    expect(found?.path).toHaveLength(1024)
    expect(JSON.stringify(found).length).toBeLessThan(4096)
  })

  it('are filtered by the database as by the rule that all others use', () => {
    const word = fc.constantFrom('a', 'A', 'b', 'ab', '%', '_', 'a b', '')
    const status = fc.constantFrom(404, 500, 502, 600)
    const record = fc.record({
      at: fc.integer({ min: 0, max: 5 }),
      listener: word,
      route: fc.option(word, { nil: null }),
      pool: fc.option(word, { nil: null }),
      backend: fc.option(fc.constantFrom('a1', 'a10', 'a2'), { nil: null }),
      attempts: fc.array(
        fc.record({
          backend: fc.constantFrom('a1', 'a10', 'a3'),
          outcome: fc.constant('reset'),
          startedMs: fc.constant(0),
          endedMs: fc.constant(1),
          reason: fc.constant(''),
        }),
        { maxLength: 2 },
      ),
      method: fc.constantFrom('GET', 'POST'),
      host: word,
      path: word,
      client: fc.constantFrom('10.0.0.1', '1.0.0.1'),
      status,
      totalMs: fc.constantFrom(1, 2.5, 1000),
      outcome: fc.constantFrom(...outcomes),
      notRetried: fc.constantFrom(undefined, 'budget' as const, 'body-gone' as const),
      loggedBecause: fc.constantFrom('error' as const, 'slow' as const),
    })
    const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 1 })
    const query = fc.record({
      id: some(fc.constantFrom('x1', 'x2')),
      listener: some(word),
      route: some(word),
      pool: some(word),
      backend: some(fc.constantFrom('a1', 'a10')),
      status: some(fc.constantFrom('502', '5xx', '4xx', '6xx')),
      method: some(fc.constantFrom('get', 'POST')),
      path: some(word),
      host: some(word),
      client: some(fc.constantFrom('1', '10.')),
      minMs: some(fc.constantFrom(2.5, 3)),
      outcome: some(fc.constantFrom(...outcomes)),
      notRetried: some(fc.constantFrom('budget' as const)),
      loggedBecause: some(fc.constantFrom('slow' as const)),
      from: some(fc.integer({ min: 0, max: 5 })),
      to: some(fc.integer({ min: 0, max: 5 })),
      before: some(fc.integer({ min: 0, max: 5 })),
      beforeSeq: some(fc.integer({ min: 0, max: 9 })),
    })
    let found = 0
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 8 }),
        fc.array(query, { minLength: 10, maxLength: 10 }),
        (records, queries) => {
          const all = records.map((more, index) => numbered(index + 1, more))
          inTransaction(db, () => {
            db.exec('DELETE FROM exchanges')
            for (const one of all) insertExchange(db, one)
          })
          for (const asked of queries) {
            // One or two conditions at a time: with eighteen nothing is ever found.
            const names = Object.keys(asked).filter((name) => asked[name as keyof typeof asked] !== undefined)
            const few = Object.fromEntries(names.slice(0, 2).map((name) => [name, asked[name as keyof typeof asked]]))
            const wanted = all.filter((one) => exchangeFits(one, few)).map(({ seq }) => seq)
            found += wanted.length
            expect(seqs(few)).toEqual(wanted.reverse())
          }
        },
      ),
      { seed: 20_261_128, numRuns: 150 },
    )
    expect(found).toBeGreaterThan(300)
    expect(Object.keys(exchangesQuerySchema.shape).length).toBe(19)
  })
})

describe('what is kept', () => {
  it('goes by age, and the reach moves with it', () => {
    for (let seq = 1; seq <= 10; seq++) insertExchange(db, numbered(seq, { at: seq * 3_600_000 }))
    addLeftOut(db, 3_600_000 * 2, 5)
    addLeftOut(db, 3_600_000 * 9, 2)
    addLeftOut(db, 3_600_000 * 9 + 5, 2)
    const began = exchangeReach(db).since
    expect(Math.abs(began - Date.now())).toBeLessThan(60_000)
    expect(exchangeReach(db).leftOut).toBe(9)
    pruneExchanges(db, 3_600_000 * 5)
    expect(seqs()).toEqual([10, 9, 8, 7, 6, 5])
    // The log began later than that: before, nobody wrote anything down.
    expect(exchangeReach(db)).toEqual({ since: began, leftOut: 4 })
    pruneExchanges(db, began + 1000)
    expect(exchangeReach(db)).toEqual({ since: began + 1000, leftOut: 0 })
  })

  it('goes by number: of the frequent kinds the oldest first, and they are counted', () => {
    for (let seq = 1; seq <= 200; seq++)
      insertExchange(db, numbered(seq, seq % 20 === 0 ? { status: 504 } : seq % 4 === 0 ? { status: 500 } : {}))
    pruneExchanges(db, 0, 60)
    const left = listExchanges(db, { limit: 500 })
    const of = (status: number) => left.filter((one) => one.status === status)
    expect([of(502).length, of(500).length, of(504).length]).toEqual([25, 25, 10])
    expect(of(502).every(({ seq }) => seq > 160)).toBe(true)
    expect(exchangeReach(db).leftOut).toBe(140)
    pruneExchanges(db, 0, 60)
    expect(seqs({ limit: 500 })).toHaveLength(60)
  })

  it('fifty thousand are looked through quickly, and thinned out quickly', () => {
    inTransaction(db, () => {
      for (let seq = 1; seq <= 60_000; seq++) insertExchange(db, numbered(seq, { status: 500 + (seq % 7) }))
    })
    const cpu = process.cpuUsage()
    expect(seqs({ path: '/not-there' })).toEqual([])
    pruneExchanges(db, 0)
    expect(process.cpuUsage(cpu).user / 1000).toBeLessThan(1500)
    expect(exchangeReach(db).leftOut).toBe(10_000)
  })
})

describe('the store', () => {
  /** A queue whose disk can be full. */
  function world(mostRows?: number) {
    let full = false
    const guarded = new Proxy(db, {
      get(target, name) {
        if (full && name === 'transaction')
          return () => {
            throw Object.assign(new Error('full'), { code: 'SQLITE_FULL', name: 'SqliteError' })
          }
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const queue = new WriteQueue({ db: guarded, ...(mostRows !== undefined && { mostRows }) })
    const store = createExchangeStore({ db, queue, mostWaiting: 10 })
    return {
      queue,
      store,
      fill(now: boolean) {
        full = now
      },
    }
  }
  const listed = (store: ReturnType<typeof createExchangeStore>) =>
    store.listExchanges({ limit: 100 }).map(({ seq }) => seq)

  it('stores what was only counted while a write waited, although nothing comes after it', () => {
    const { queue, store } = world()
    store.addExchanges([numbered(1)], 0, 5)
    store.addExchanges([], 7, 5)
    expect(store.exchangeReach().leftOut).toBe(7)
    queue.flush()
    queue.flush()
    expect(exchangeReach(db).leftOut).toBe(7)
    expect(store.exchangeReach().leftOut).toBe(7)
  })

  it('reads what waits, before and after it is stored', () => {
    const { queue, store } = world()
    store.addExchanges([numbered(1)], 1, 5)
    store.addExchanges([numbered(2)], 2, 5)
    expect(listed(store)).toEqual([2, 1])
    expect(store.findExchange('x2')?.seq).toBe(2)
    expect(store.exchangeReach()).toMatchObject({ leftOut: 3, stored: true })
    expect(queue.flush()).toBe(true)
    expect(listed(store)).toEqual([2, 1])
    expect(store.exchangeReach().leftOut).toBe(3)
    expect(exchangeReach(db).leftOut).toBe(3)
    expect(store.listExchanges({ limit: 1 }).map(({ seq }) => seq)).toEqual([2])
  })

  it('with a full disk keeps a bounded number, counts the rest, and stores both when there is room again', () => {
    const { queue, store, fill } = world()
    fill(true)
    for (let seq = 1; seq <= 30; seq++) {
      store.addExchanges([numbered(seq)], 1, 5)
      expect(queue.flush()).toBe(false)
    }
    expect(listed(store)).toHaveLength(10)
    expect(queue.waiting()).toBeLessThan(25)
    expect(store.exchangeReach()).toMatchObject({ leftOut: 50, stored: false })
    fill(false)
    expect(queue.flush()).toBe(true)
    store.addExchanges([numbered(31)], 0, 5)
    expect(queue.flush()).toBe(true)
    expect(listed(store)).toEqual([31, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect(store.exchangeReach()).toMatchObject({ leftOut: 50, stored: true })
    expect(exchangeReach(db).leftOut).toBe(50)
  })

  it('counts what the queue itself had to give up', () => {
    const { queue, store, fill } = world(6)
    fill(true)
    store.addExchanges([numbered(1), numbered(2)], 1, 5)
    queue.flush()
    queue.add({ rows: 6, run: () => undefined })
    expect(listed(store)).toEqual([])
    expect(store.exchangeReach().leftOut).toBe(3)
  })

  it('survives a database that is gone', () => {
    const { store } = world()
    db.close()
    expect(store.listExchanges({ limit: 5 })).toEqual([])
    expect(store.findExchange('x')).toBeUndefined()
    expect(store.lastExchangeSeq()).toBe(0)
    expect(store.exchangeReach().since).toBeUndefined()
  })
})
