/** The log of events: numbers them, stores them, tells subscribers, and remembers the newest while storing fails. */
import type { EventRecord } from '../../shared/api/records.ts'
import type { EventSink, EventsQuery } from './sink.ts'

/** An event without its number. */
export type NewEvent = Omit<EventRecord, 'id'>

export interface EventLogOptions {
  sink: EventSink
  /** How many events are remembered beside the sink. */
  most?: number
  /** Called with what a subscriber throws. */
  onDefect?: (error: unknown) => void
}

const MOST_REMEMBERED = 2000

export class EventLog {
  private readonly options: EventLogOptions
  private readonly most: number
  private readonly subscribers = new Set<(event: EventRecord) => void>()
  private remembered: EventRecord[] = []
  private lastId: number

  constructor(options: EventLogOptions) {
    this.options = options
    this.most = options.most ?? MOST_REMEMBERED
    this.lastId = options.sink.lastEventId()
  }

  /** Numbers and keeps an event, and tells everybody. Never throws. Returns its id. */
  record(event: NewEvent): number {
    const numbered: EventRecord = { id: ++this.lastId, ...event }
    this.remembered.push(numbered)
    if (this.remembered.length > this.most * 2) this.remembered = this.remembered.slice(-this.most)
    this.options.sink.addEvent(numbered)
    for (const subscriber of this.subscribers) {
      try {
        subscriber(numbered)
      } catch (error) {
        this.options.onDefect?.(error)
      }
    }
    return numbered.id
  }

  /** Newest first. Includes events that are not stored yet. */
  list(query: EventsQuery): EventRecord[] {
    const found = new Map(this.options.sink.listEvents(query).map((event) => [event.id, event]))
    for (const event of this.remembered) if (matches(event, query)) found.set(event.id, event)
    return [...found.values()].sort((a, b) => b.id - a.id).slice(0, query.limit)
  }

  /** Calls `subscriber` with each new event until the answer is called. */
  subscribe(subscriber: (event: EventRecord) => void): () => void {
    this.subscribers.add(subscriber)
    return () => this.subscribers.delete(subscriber)
  }
}

function matches(event: EventRecord, query: EventsQuery): boolean {
  return (
    (query.before === undefined || event.id < query.before) &&
    (query.kind === undefined || event.kind === query.kind) &&
    (query.pool === undefined || event.pool === query.pool || event.pools?.includes(query.pool) === true) &&
    (query.backend === undefined || event.backend === query.backend) &&
    (query.from === undefined || event.at >= query.from) &&
    (query.to === undefined || event.at <= query.to)
  )
}
