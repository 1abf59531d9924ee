/** What the page reads, and under which key it is cached. */
import { type QueryClient, queryOptions, type UseQueryOptions } from '@tanstack/react-query'
import type { Me, SetupStatus } from '../../shared/api/bodies.ts'
import type { Status } from '../../shared/api/live.ts'
import type { EventRecord, RevisionSummary } from '../../shared/api/records.ts'
import type { SeriesAnswer } from '../../shared/api/series.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'
import { call, callRevised, type Revised } from './api.ts'
import { TICKS_MS, TickStore } from './tick-store.ts'

export const keys = {
  me: ['me'] as const,
  setup: ['setup'] as const,
  status: ['status'] as const,
  ticks: ['ticks'] as const,
  events: ['events'] as const,
  eventList: ['event-list'] as const,
  config: ['config'] as const,
  revisions: ['revisions'] as const,
  seed: (pool?: string) => (pool === undefined ? (['seed'] as const) : (['seed', pool] as const)),
}

/** The store of ticks and a number that changes whenever the store does. */
export interface Ticks {
  store: TickStore
  version: number
}

export function ticksOf(client: QueryClient): Ticks {
  const kept = client.getQueryData<Ticks>(keys.ticks)
  if (kept) return kept
  const fresh = { store: new TickStore(), version: 0 }
  client.setQueryData(keys.ticks, fresh)
  return fresh
}

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: ({ signal }) => call<Me>('/me', { signal }),
  staleTime: 60_000,
})

export const setupQuery = queryOptions({
  queryKey: keys.setup,
  queryFn: ({ signal }) => call<SetupStatus>('/setup', { signal }),
  staleTime: 5000,
})

export const statusQuery = queryOptions({
  queryKey: keys.status,
  queryFn: ({ signal }) => call<Status>('/status', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
  // Ticks replace exactly what changed; comparing a thousand backends every second would cost more than it saves.
  structuralSharing: false,
})

export const configQuery = queryOptions({
  queryKey: keys.config,
  queryFn: ({ signal }): Promise<Revised<ConfigDocument>> => callRevised<ConfigDocument>('/config', { signal }),
  staleTime: 30_000,
})

/** The newest events, kept current by the stream. */
export const eventsQuery = queryOptions({
  queryKey: keys.events,
  queryFn: ({ signal }) => call<EventRecord[]>('/events?limit=100', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
})

export const revisionsQuery = queryOptions({
  queryKey: keys.revisions,
  queryFn: ({ signal }) => call<RevisionSummary[]>('/revisions', { signal }),
})

/** Fills the store with the 15 minutes before this page was opened: the whole and each pool, or one pool and its backends. */
export function seedQuery(client: QueryClient, pool?: string): UseQueryOptions<number> {
  return {
    queryKey: keys.seed(pool ?? ''),
    queryFn: async ({ signal }) => {
      // The whole balancer's record tells which seconds ran, so it has to be there first.
      if (pool !== undefined) await client.ensureQueryData(seedQuery(client))
      const to = Math.floor(Date.now() / 1000) * 1000
      const search = new URLSearchParams({ from: String(to - TICKS_MS), to: String(to), step: '1000' })
      if (pool !== undefined) search.set('pool', pool)
      const answer = await call<SeriesAnswer>(`/series?${search}`, { signal })
      const { store, version } = ticksOf(client)
      store.seed(answer)
      client.setQueryData(keys.ticks, { store, version: version + 1 })
      return answer.to
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  }
}
