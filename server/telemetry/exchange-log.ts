/**
 * The log of requests. The newest are in memory, errors and slow ones apart from the samples of all others, so that plain traffic pushes
 * no error out; errors and slow ones are also stored, and the log goes on in the store where memory ends.
 */
import { type ExchangeLogReach, type ExchangesQuery, exchangeFits, kindOf } from '../../shared/api/exchanges.ts'
import type { ExchangeRecord } from '../../shared/api/records.ts'
import { KindBudget } from './kind-budget.ts'
import { Ring } from './ring.ts'
import type { ExchangeSink, NumberedExchange } from './sink.ts'

/** Exchanges that became no record. */
export interface LeftOut {
  /** Errors and slow ones: more than a thread hands over in a second. */
  readonly errors: number
  /** Others: not drawn as a sample. */
  readonly others: number
}

export interface ExchangeLogOptions {
  sink: ExchangeSink
  /** Epoch milliseconds. */
  now: () => number
  /** How long the sink keeps them, milliseconds. */
  keptMs: () => number
  /** How many of each are kept in memory. */
  most?: number
  /** Called with what a subscriber throws. */
  onDefect?: (error: unknown) => void
}

/** How many errors and how many samples are kept in memory. */
const MOST_KEPT = 5000

export class ExchangeLog {
  private readonly options: ExchangeLogOptions
  private readonly startedAt: number
  private readonly errors: Ring<NumberedExchange>
  private readonly samples: Ring<NumberedExchange>
  private readonly budget: KindBudget
  private readonly subscribers = new Set<(exchanges: readonly ExchangeRecord[]) => void>()
  private samplesLeftOut = 0
  private lastSeq: number

  constructor(options: ExchangeLogOptions) {
    this.options = options
    this.startedAt = options.now()
    this.errors = new Ring(options.most ?? MOST_KEPT)
    this.samples = new Ring(options.most ?? MOST_KEPT)
    this.budget = new KindBudget(this.startedAt)
    this.lastSeq = options.sink.lastExchangeSeq()
  }

  /** Keeps exchanges as they come from the workers, oldest first, and tells everybody. Never throws. */
  add(exchanges: readonly ExchangeRecord[], leftOut: LeftOut): void {
    this.samplesLeftOut += leftOut.others
    const now = this.options.now()
    const numbered = exchanges.map((exchange) => ({ ...exchange, seq: this.nextSeq(now) }))
    const stored: NumberedExchange[] = []
    let errorsLeftOut = leftOut.errors
    for (const exchange of numbered) {
      if (exchange.loggedBecause === 'sample') {
        this.samples.add(exchange)
        continue
      }
      this.errors.add(exchange)
      if (this.budget.take(kindOf(exchange), now)) stored.push(exchange)
      else errorsLeftOut += 1
    }
    if (stored.length > 0 || errorsLeftOut > 0) this.options.sink.addExchanges(stored, errorsLeftOut, now)
    if (numbered.length > 0) this.tell(numbered)
  }

  /** Microseconds of the clock, so that numbers go on growing whatever has been lost, and at least one more than the last. */
  private nextSeq(now: number): number {
    this.lastSeq = Math.max(this.lastSeq + 1, now * 1000)
    return this.lastSeq
  }

  private tell(exchanges: readonly ExchangeRecord[]): void {
    for (const subscriber of this.subscribers) {
      try {
        subscriber(exchanges)
      } catch (error) {
        this.options.onDefect?.(error)
      }
    }
  }

  /** Newest first. */
  list(query: ExchangesQuery): ExchangeRecord[] {
    const errors = firstOf(this.errors, query)
    const samples = firstOf(this.samples, query)
    const found = merged(errors, samples, query.limit)
    const memoryEnds = this.errors.oldest?.seq ?? Number.MAX_SAFE_INTEGER
    const full = found.length === query.limit && (found.at(-1)?.seq ?? 0) >= memoryEnds
    if (full || query.loggedBecause === 'sample') return found
    const beforeSeq = Math.min(query.beforeSeq ?? Number.MAX_SAFE_INTEGER, memoryEnds)
    return merged(found, this.options.sink.listExchanges({ ...query, beforeSeq }), query.limit)
  }

  /** The newest with this id. */
  find(id: string): ExchangeRecord | undefined {
    for (const ring of [this.errors, this.samples]) for (const exchange of ring) if (exchange.id === id) return exchange
    return this.options.sink.findExchange(id)
  }

  /** How far back it reaches. */
  reach(): ExchangeLogReach {
    const { since, leftOut, stored } = this.options.sink.exchangeReach()
    return {
      errors: { since: since ?? this.memorySince(this.errors), leftOut, stored, keptMs: this.options.keptMs() },
      samples: { since: this.memorySince(this.samples), leftOut: this.samplesLeftOut },
    }
  }

  private memorySince(ring: Ring<NumberedExchange>): number {
    return ring.hasRoom ? this.startedAt : (ring.oldest?.at ?? this.startedAt)
  }

  /** Calls `subscriber` with each batch until the answer is called. */
  subscribe(subscriber: (exchanges: readonly ExchangeRecord[]) => void): () => void {
    this.subscribers.add(subscriber)
    return () => this.subscribers.delete(subscriber)
  }
}

function firstOf(ring: Ring<NumberedExchange>, query: ExchangesQuery): NumberedExchange[] {
  const found: NumberedExchange[] = []
  for (const exchange of ring) {
    if (found.length === query.limit) break
    if (exchangeFits(exchange, query)) found.push(exchange)
  }
  return found
}

function merged(
  some: readonly NumberedExchange[],
  others: readonly NumberedExchange[],
  limit: number,
): NumberedExchange[] {
  return [...some, ...others].sort((a, b) => b.seq - a.seq).slice(0, limit)
}
