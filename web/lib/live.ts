/** One live stream per page: patches what it brings into the query cache and knows whether what is shown is fresh. */
import type { QueryClient } from '@tanstack/react-query'
import { skipToken, useQuery } from '@tanstack/react-query'
import type { BackendStatus, BackendTick, PoolStatus, Recent, Sample, Status, Tick } from '../../shared/api/live.ts'
import type { ExchangeRecord } from '../../shared/api/records.ts'
import { whatHappened } from '../../shared/what-happened.ts'
import { at } from './base-path.ts'
import { type Contact, contactAt, currentContact, setContact, useContact } from './contact.ts'
import { deliver, exchangesWanted, feedOpened, watchWanted } from './exchange-feed.ts'
import { isNewest } from './newest.ts'
import { keys, statusQuery } from './queries.ts'
import { noteServerTime } from './server-clock.ts'

const NO_TICKS: Tick[] = []
/** Seconds of ticks kept: a quarter of an hour. */
const KEPT = 900
const PROBES = 60
/** A stream that says nothing for so long is opened anew, in milliseconds. */
const REOPEN_MS = 10_000
/** How often a page in the background asks how the balancer is, in milliseconds. */
const BACKGROUND_MS = 15_000
const idle = (t: number): Sample => ({
  t,
  requests: 0,
  s1xx: 0,
  s2xx: 0,
  s3xx: 0,
  s4xx: 0,
  s5xx: 0,
  ours: 0,
  aborted: 0,
  retries: 0,
  bytesIn: 0,
  bytesOut: 0,
  inFlight: 0,
  p50: null,
  p95: null,
  p99: null,
  seconds: 1,
})

const isQuiet = (recent: Recent) => recent.requests === 0 && recent.inFlight === 0 && recent.p50 === null

function quiet({ t, seconds }: Recent): Recent {
  const sample = idle(t)
  return { ...sample, ...whatHappened(sample, seconds) }
}

function patchBackend(backend: BackendStatus, tick: BackendTick | undefined, whole: Tick): BackendStatus {
  // A backend that stays idle stays the same object: nothing of it is drawn again.
  if (tick === undefined)
    return isQuiet(backend.recent) ? backend : { ...backend, last: idle(whole.t), recent: quiet(whole.recent) }
  // A status that came between two ticks has some of the next one's probes already.
  const last = backend.probes.at(-1)?.at ?? Number.NEGATIVE_INFINITY
  const fresh = tick.probes.filter(({ at: time }) => time > last)
  const probes = fresh.length === 0 ? backend.probes : [...backend.probes, ...fresh].slice(-PROBES)
  const { sample, recent } = tick
  return { ...backend, last: sample, recent, inFlight: tick.inFlight, tunnels: tick.tunnels, probes }
}

function patchPool(pool: PoolStatus, entry: Tick['pools'][number] | undefined, { recent }: Tick): Recent {
  if (entry !== undefined) return entry.recent
  return isQuiet(pool.recent) ? pool.recent : quiet(recent)
}

/** What a tick makes of a status: numbers and probes; availability comes with `status` messages. */
export function applyTick(status: Status, tick: Tick): Status {
  const byKey = new Map(tick.backends.map((entry) => [`${entry.pool}/${entry.id}`, entry]))
  const pools = new Map(tick.pools.map((entry) => [entry.id, entry]))
  return {
    ...status,
    now: tick.t + 1000,
    last: tick.total,
    recent: tick.recent,
    flows: tick.flows,
    listeners: status.listeners.map((listener) => ({ ...listener, connections: tick.connections[listener.id] ?? 0 })),
    pools: status.pools.map((pool) => ({
      ...pool,
      recent: patchPool(pool, pools.get(pool.id), tick),
      backends: pool.backends.map((backend) => patchBackend(backend, byKey.get(`${pool.id}/${backend.id}`), tick)),
    })),
  }
}

/** Appends a tick, without its backends: a thousand of them over a quarter of an hour would fill the memory. */
export function withTick(ticks: readonly Tick[], tick: Tick): Tick[] {
  return [...ticks.slice(1 - KEPT), { ...tick, pools: [], backends: [] }]
}

function connect(client: QueryClient): () => void {
  let source: EventSource | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let attempts = 0
  let openedAt = 0
  let lastId = ''

  const on = <T>(name: string, take: (data: T) => void) =>
    source?.addEventListener(name, (message) => {
      const { data, lastEventId } = message as MessageEvent<string>
      lastId = lastEventId || lastId
      take(JSON.parse(data) as T)
    })

  function refetch(): void {
    void client.invalidateQueries({ queryKey: keys.status })
    void client.invalidateQueries({ queryKey: keys.events })
    void client.invalidateQueries({ queryKey: keys.series })
  }

  function open(): void {
    // What was missed is replayed by the server, or it says `reset`.
    const wanted = exchangesWanted()
    const asked = new URLSearchParams({
      ...(wanted && { exchanges: '1' }),
      ...(lastId !== '' && { lastEventId: lastId }),
    })
    openedAt = Date.now()
    source = new EventSource(at(`/api/v1/stream${asked.size === 0 ? '' : `?${asked}`}`))
    source.onopen = () => {
      attempts = 0
      if (wanted) feedOpened()
      openedAt = Date.now()
      setContact({ state: 'live', retryIn: 0 })
    }
    source.onerror = () => {
      // The browser gives up on some errors; one way of trying again is easier to show honestly than two.
      source?.close()
      source = undefined
      attempts += 1
      const wait = Math.min(10, attempts)
      setContact({ state: 'reconnecting', retryIn: wait })
      retry = setTimeout(() => {
        open()
        refetch()
      }, wait * 1000)
    }
    on<Tick>('tick', (tick) => {
      noteServerTime(tick.t + 1000)
      client.setQueryData<Tick[]>(keys.ticks, (ticks = []) => withTick(ticks, tick))
      client.setQueryData<Status>(keys.status, (status) => status && applyTick(status, tick))
      setContact({ state: 'live', retryIn: 0, ...contactAt(client, Date.now()) })
    })
    on<Status>('status', (status) => {
      if (!isNewest(status)) return
      const before = client.getQueryData<Status>(keys.status)
      client.setQueryData(keys.status, status)
      if (before?.revision !== status.revision) void client.invalidateQueries({ queryKey: keys.config })
    })
    on('event', () => void client.invalidateQueries({ queryKey: keys.events }))
    on<ExchangeRecord[]>('exchange', deliver)
    on('reset', refetch)
  }

  function close(): void {
    clearTimeout(retry)
    source?.close()
    source = undefined
  }

  /** In the background the title and the icon are all that is seen: they are kept true, at a tenth of the cost. */
  async function askInBackground(): Promise<void> {
    await client.prefetchQuery({ ...statusQuery, staleTime: 0, retry: false })
    if (document.hidden) setContact(contactAt(client, Date.now() - BACKGROUND_MS))
  }

  function onVisibility(): void {
    if (document.hidden) {
      close()
      setContact({ state: 'paused', retryIn: 0 })
    } else if (source === undefined) {
      open()
      refetch()
    }
  }

  let askedAt = Date.now()
  const watch = setInterval(() => {
    const now = Date.now()
    if (document.hidden) {
      if (now - askedAt < BACKGROUND_MS) return
      askedAt = now
      setContact(contactAt(client, now - BACKGROUND_MS))
      return void askInBackground()
    }
    const { state, retryIn } = currentContact()
    const counted: Partial<Contact> = state === 'reconnecting' && retryIn > 1 ? { retryIn: retryIn - 1 } : {}
    setContact({ ...counted, ...contactAt(client, now) })
    // A balancer that hangs, or a network that swallows everything, never ends the stream: another one is tried.
    if (source !== undefined && currentContact().lostFor >= REOPEN_MS && now - openedAt >= REOPEN_MS) {
      source.close()
      open()
      refetch()
    }
  }, 1000)
  document.addEventListener('visibilitychange', onVisibility)
  // One stream per page: the same one, opened anew where it stood, carries requests too while they are looked at.
  watchWanted(() => {
    if (source === undefined) return
    source.close()
    open()
  })
  open()
  return () => {
    watchWanted(() => undefined)
    clearInterval(watch)
    document.removeEventListener('visibilitychange', onVisibility)
    close()
  }
}

/** Whether the ends of charts are old. */
export function useLiveState(): Contact & { stale: boolean } {
  const contact = useContact()
  return { ...contact, stale: contact.lostFor > 0 || contact.state === 'paused' }
}

export { useStatus } from './queries.ts'

/** Starts the stream; answers how to stop it. */
export function startLive(client: QueryClient): () => void {
  return connect(client)
}

/** The last quarter of an hour of ticks that this page has seen. */
export function useTicks(): Tick[] {
  return useQuery<Tick[]>({ queryKey: keys.ticks, queryFn: skipToken, initialData: [] }).data ?? NO_TICKS
}
