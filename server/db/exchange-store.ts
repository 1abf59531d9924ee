/**
 * The stored part of the log of requests, behind the queue of everything that may wait. Writing never throws; reading never throws
 * either and includes what still waits. While nothing can be stored a bounded number waits; what is given up is counted.
 */
import { type ExchangesQuery, exchangeFits } from '../../shared/api/exchanges.ts'
import {
  addLeftOut,
  exchangeReach,
  findExchange,
  insertExchange,
  lastExchangeSeq,
  listExchanges,
  type NumberedExchange,
} from './exchanges.ts'
import type { Db } from './handle.ts'
import type { WriteQueue } from './write-queue.ts'

export interface ExchangeStore {
  /** Takes exchanges to be stored, oldest first, and how many more there were. `at`: epoch milliseconds. */
  addExchanges(exchanges: readonly NumberedExchange[], leftOut: number, at: number): void
  /** Newest first. */
  listExchanges(query: ExchangesQuery): NumberedExchange[]
  findExchange(id: string): NumberedExchange | undefined
  /** Largest number ever stored; 0 when there is none. */
  lastExchangeSeq(): number
  /** `since` is undefined while the database cannot be read. `stored`: what is added now is stored within seconds. */
  exchangeReach(): { since: number | undefined; leftOut: number; stored: boolean }
}

/** Most exchanges that wait while nothing can be stored: some 10 MB. */
const MOST_WAITING = 5000

export interface ExchangeStoreOptions {
  db: Db
  queue: WriteQueue
  mostWaiting?: number
}

export function createExchangeStore({ db, queue, mostWaiting = MOST_WAITING }: ExchangeStoreOptions): ExchangeStore {
  /** Batches that are not stored yet. */
  const waiting = new Set<readonly NumberedExchange[]>()
  let rows = 0
  /** Left out, and in no write yet. */
  let uncounted = 0
  /** Left out, in writes that wait. */
  let counting = 0
  const read = <Result>(run: () => Result, otherwise: Result): Result => {
    try {
      return run()
    } catch {
      return otherwise
    }
  }

  function addExchanges(exchanges: readonly NumberedExchange[], more: number, at: number): void {
    const batch = exchanges.slice(0, Math.max(0, mostWaiting - rows))
    uncounted += more + exchanges.length - batch.length
    // A count alone need not queue up behind rows that cannot be written.
    if (batch.length === 0 && (uncounted === 0 || waiting.size > 0)) return
    const number = uncounted
    uncounted = 0
    counting += number
    waiting.add(batch)
    rows += batch.length
    queue.add({
      rows: batch.length + 1,
      run(target) {
        for (const exchange of batch) insertExchange(target, exchange)
        addLeftOut(target, at, number)
      },
      left(stored) {
        waiting.delete(batch)
        rows -= batch.length
        counting -= number
        if (!stored) uncounted += number + batch.length
        // What was left out meanwhile is written now: nothing else may come for hours.
        else if (uncounted > 0) addExchanges([], 0, at)
      },
    })
  }

  return {
    addExchanges,
    listExchanges(query) {
      const stored = read(() => listExchanges(db, query), [])
      if (waiting.size === 0) return stored
      const unsaved = [...waiting].flat().filter((exchange) => exchangeFits(exchange, query))
      return [...unsaved.reverse(), ...stored].sort((a, b) => b.seq - a.seq).slice(0, query.limit)
    },
    findExchange: (id) =>
      [...waiting].flat().findLast((exchange) => exchange.id === id) ?? read(() => findExchange(db, id), undefined),
    lastExchangeSeq: () => read(() => lastExchangeSeq(db), 0),
    exchangeReach() {
      const stored = queue.status().condition === 'ok'
      const reach = read(() => exchangeReach(db), undefined)
      return { since: reach?.since, leftOut: (reach?.leftOut ?? 0) + counting + uncounted, stored }
    },
  }
}
