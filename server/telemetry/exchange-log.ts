/** The newest logged exchanges, in memory only and bounded. */
import type { ExchangeRecord } from '../../shared/api/records.ts'

export interface ExchangeFilter {
  listener?: string
  route?: string
  pool?: string
  /** A backend that was tried, at first or again. */
  backend?: string
  /** Exact status, or a class: 5 is every 5xx. */
  status?: number
  outcome?: ExchangeRecord['outcome']
  loggedBecause?: ExchangeRecord['loggedBecause']
  /** Part of the path, host, client or id; letters match in either case. */
  text?: string
  /** Epoch milliseconds. */
  from?: number
  to?: number
  /** Only what came before the exchange with this id: the next page. */
  before?: string
  limit: number
}

/** How many exchanges are kept. */
const MOST_KEPT = 5000

export class ExchangeLog {
  private readonly ring: ExchangeRecord[] = []
  private readonly most: number
  private readonly subscribers = new Set<(exchanges: readonly ExchangeRecord[]) => void>()
  private readonly onDefect: ((error: unknown) => void) | undefined
  /** Where the next one goes once the ring is full: the oldest. */
  private next = 0

  constructor({ most = MOST_KEPT, onDefect }: { most?: number; onDefect?: (error: unknown) => void } = {}) {
    this.most = most
    this.onDefect = onDefect
  }

  /** Keeps exchanges as they come from the workers, oldest first, and tells everybody. Never throws. */
  add(exchanges: readonly ExchangeRecord[]): void {
    if (exchanges.length === 0) return
    for (const exchange of exchanges) {
      this.ring[this.next] = exchange
      this.next = (this.next + 1) % this.most
    }
    for (const subscriber of this.subscribers) {
      try {
        subscriber(exchanges)
      } catch (error) {
        this.onDefect?.(error)
      }
    }
  }

  /** Newest first. An unknown `before` (it was pushed out) gives nothing. */
  list(filter: ExchangeFilter): ExchangeRecord[] {
    const found: ExchangeRecord[] = []
    let started = filter.before === undefined
    for (let age = 1; age <= this.ring.length && found.length < filter.limit; age++) {
      const exchange = this.ring[(this.next - age + this.ring.length * 2) % this.ring.length] as ExchangeRecord
      if (started && matches(exchange, filter)) found.push(exchange)
      if (exchange.id === filter.before) started = true
    }
    return found
  }

  find(id: string): ExchangeRecord | undefined {
    return this.ring.find((exchange) => exchange.id === id)
  }

  /** Calls `subscriber` with each batch until the answer is called. */
  subscribe(subscriber: (exchanges: readonly ExchangeRecord[]) => void): () => void {
    this.subscribers.add(subscriber)
    return () => this.subscribers.delete(subscriber)
  }
}

function matches(exchange: ExchangeRecord, filter: ExchangeFilter): boolean {
  const { status, text } = filter
  return (
    (filter.listener === undefined || exchange.listener === filter.listener) &&
    (filter.route === undefined || exchange.route === filter.route) &&
    (filter.pool === undefined || exchange.pool === filter.pool) &&
    (filter.backend === undefined || wasTried(exchange, filter.backend)) &&
    (status === undefined || exchange.status === status || Math.floor(exchange.status / 100) === status) &&
    (filter.outcome === undefined || exchange.outcome === filter.outcome) &&
    (filter.loggedBecause === undefined || exchange.loggedBecause === filter.loggedBecause) &&
    (filter.from === undefined || exchange.at >= filter.from) &&
    (filter.to === undefined || exchange.at <= filter.to) &&
    (text === undefined || contains(exchange, text.toLowerCase()))
  )
}

function wasTried(exchange: ExchangeRecord, backend: string): boolean {
  return exchange.backend === backend || exchange.attempts.some((attempt) => attempt.backend === backend)
}

function contains({ path, host, client, id }: ExchangeRecord, text: string): boolean {
  return [path, host, client, id].some((field) => field.toLowerCase().includes(text))
}
