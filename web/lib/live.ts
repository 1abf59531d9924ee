/**
 * The one live stream of this page. What it brings is patched into the query cache: `['status']`, `['ticks']`, `['events']`.
 * A hidden page pauses; a lost connection is tried again and catches up; what cannot be caught up is fetched anew.
 */
import type { QueryClient } from '@tanstack/react-query'
import type { Status, Tick } from '../../shared/api/live.ts'
import type { EventRecord } from '../../shared/api/records.ts'
import { patchStatus } from './patch-status.ts'
import { keys, ticksOf } from './queries.ts'
import { retryDelayMs } from './retry-delay.ts'

export interface LiveState {
  mode: 'connecting' | 'live' | 'paused' | 'reconnecting'
  /** When the next try starts, epoch milliseconds; only while reconnecting. */
  retryAt: number | null
  /** Three ticks or more are missing: what is shown is old. */
  stale: boolean
  /** When the last tick came, epoch milliseconds of this machine. */
  heardAt: number | null
}

/** A tick that is this late counts as the third one missed. */
const STALE_MS = 3500
const MOST_EVENTS = 200
/** Replayed messages come in a burst; the page is told once per burst. */
const FLUSH_MS = 30

const idle: LiveState = { mode: 'connecting', retryAt: null, stale: false, heardAt: null }

class LiveStream {
  private state: LiveState = idle
  private readonly watchers = new Set<() => void>()
  private client: QueryClient | undefined
  private source: EventSource | undefined
  private lastId = ''
  private failures = 0
  private retry: ReturnType<typeof setTimeout> | undefined
  private flush: ReturnType<typeof setTimeout> | undefined
  private watch: ReturnType<typeof setInterval> | undefined
  private pending: Tick[] = []
  /** Paused by the person, not by a hidden page. */
  private held = false

  readonly subscribe = (watcher: () => void) => {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }
  readonly snapshot = () => this.state

  /** Begins streaming into a cache; answers how to end it. */
  start(client: QueryClient): () => void {
    this.client = client
    document.addEventListener('visibilitychange', this.onVisibility)
    this.watch = setInterval(() => this.checkAge(), 1000)
    this.connect()
    return () => {
      document.removeEventListener('visibilitychange', this.onVisibility)
      clearInterval(this.watch)
      this.disconnect()
      this.lastId = ''
      this.held = false
      this.client = undefined
      this.set(idle)
    }
  }

  /** Pauses, or goes on, because the person says so. */
  toggle(): void {
    this.held = this.state.mode !== 'paused'
    if (this.held) this.pause()
    else this.connect()
  }

  /** Tries again now instead of waiting. */
  retryNow(): void {
    if (this.state.mode === 'reconnecting') this.connect()
  }

  private readonly onVisibility = () => {
    if (this.held) return
    if (document.hidden) this.pause()
    else if (this.state.mode === 'paused') this.connect()
  }

  private pause() {
    this.disconnect()
    this.set({ mode: 'paused', retryAt: null })
  }

  private disconnect() {
    clearTimeout(this.retry)
    this.source?.close()
    this.source = undefined
    this.applyPending()
  }

  private connect() {
    this.disconnect()
    const query = this.lastId === '' ? '' : `?lastEventId=${encodeURIComponent(this.lastId)}`
    const source = new EventSource(`/api/v1/stream${query}`)
    this.source = source
    const on = <T>(name: string, take: (data: T) => void) =>
      source.addEventListener(name, (event: MessageEvent<string>) => {
        this.lastId = event.lastEventId
        take(JSON.parse(event.data) as T)
      })
    on<Tick>('tick', (tick) => this.onTick(tick))
    on<Status>('status', (status) => this.client?.setQueryData(keys.status, status))
    on<EventRecord>('event', (event) => this.onEvent(event))
    on('reset', () => this.refetch(true))
    source.onopen = () => {
      this.failures = 0
      this.set({ mode: 'live', retryAt: null, heardAt: Date.now(), stale: false })
      this.refetch(false)
    }
    source.onerror = () => this.onLost(source)
  }

  private onLost(source: EventSource) {
    if (source !== this.source) return
    this.disconnect()
    const wait = retryDelayMs(++this.failures)
    this.set({ mode: 'reconnecting', retryAt: Date.now() + wait })
    // The status tells why: signed out leads to the sign-in page, a dead server keeps us trying.
    void this.client?.invalidateQueries({ queryKey: keys.status })
    this.retry = setTimeout(() => this.connect(), wait)
  }

  private onTick(tick: Tick) {
    this.pending.push(tick)
    this.flush ??= setTimeout(() => this.applyPending(), FLUSH_MS)
    this.set({ heardAt: Date.now(), stale: false })
  }

  private applyPending() {
    clearTimeout(this.flush)
    this.flush = undefined
    const ticks = this.pending
    this.pending = []
    const { client } = this
    if (!client || ticks.length === 0) return
    const { store } = ticksOf(client)
    for (const tick of ticks) store.add(tick)
    client.setQueryData(keys.status, (status: Status | undefined) =>
      status === undefined ? undefined : ticks.reduce(patchStatus, status),
    )
    client.setQueryData(keys.ticks, { store, version: ticksOf(client).version + 1 })
  }

  private onEvent(event: EventRecord) {
    this.client?.setQueryData(keys.events, (events: EventRecord[] | undefined) =>
      events === undefined || events.some((one) => one.id === event.id)
        ? events
        : [event, ...events].slice(0, MOST_EVENTS),
    )
    void this.client?.invalidateQueries({ queryKey: keys.eventList })
    if (event.kind === 'revision') void this.client?.invalidateQueries({ queryKey: keys.config })
    if (event.kind === 'revision') void this.client?.invalidateQueries({ queryKey: keys.revisions })
  }

  /** Fetches anew what the stream patches; with `all`, also the past second by second. */
  private refetch(all: boolean) {
    const { client } = this
    if (!client) return
    void client.invalidateQueries({ queryKey: keys.status })
    void client.invalidateQueries({ queryKey: keys.events })
    if (!all) return
    const { store, version } = ticksOf(client)
    store.clear()
    client.setQueryData(keys.ticks, { store, version: version + 1 })
    void client.resetQueries({ queryKey: keys.seed() })
    void client.invalidateQueries({ queryKey: keys.config })
  }

  private checkAge() {
    const { mode, heardAt, stale } = this.state
    const old = mode !== 'paused' && heardAt !== null && Date.now() - heardAt > STALE_MS
    if (old !== stale) this.set({ stale: old })
  }

  private set(change: Partial<LiveState>) {
    this.state = { ...this.state, ...change }
    for (const watcher of this.watchers) watcher()
  }
}

/** One per page: there is one stream per browser tab. */
export const liveStream = new LiveStream()
