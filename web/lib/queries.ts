/** Reads of the API, kept by the query cache. What the live stream brings is patched into the same entries. */
import { type QueryClient, useQuery } from '@tanstack/react-query'
import type { Me, SetupStatus } from '../../shared/api/bodies.ts'
import type { BackendStatus, Status } from '../../shared/api/live.ts'
import type { EventRecord } from '../../shared/api/records.ts'
import type { SeriesAnswer } from '../../shared/api/series.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'
import { api, apiVersioned } from './api.ts'
import { isNewest } from './newest.ts'
import { nextLook } from './next-look.ts'
import { serverNow } from './server-clock.ts'

export const keys = {
  status: ['status'],
  config: ['config'],
  events: ['events'],
  series: ['series'],
  me: ['me'],
  ticks: ['ticks'],
} as const

/** Puts what has just been saved into the status that is on screen: the next click must start from it, not from the second before. */
export function showSaved(client: QueryClient, { pools }: ConfigDocument): void {
  client.setQueryData<Status>(keys.status, (status) => {
    if (status === undefined) return status
    const saved = new Map(
      pools?.flatMap(({ id, backends }) => (backends ?? []).map((backend) => [`${id}/${backend.id}`, backend])),
    )
    const patched = (pool: string, backend: BackendStatus) => {
      const now = saved.get(`${pool}/${backend.id}`)
      return now && { weight: now.weight ?? 1, adminState: now.adminState ?? ('active' as const) }
    }
    return {
      ...status,
      pools: status.pools.map((pool) => ({
        ...pool,
        backends: pool.backends.map((backend) => ({ ...backend, ...patched(pool.id, backend) })),
      })),
    }
  })
}

/** What a change of the configuration makes stale. */
export function refreshConfig(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: keys.config })
  void client.invalidateQueries({ queryKey: keys.status })
}

/** Who is signed in; null when nobody is. */
export function useMe() {
  return useQuery({
    queryKey: keys.me,
    queryFn: () => api<Me>('GET', '/me').catch((error) => (error.status === 401 ? null : Promise.reject(error))),
    staleTime: 60_000,
    retry: false,
  })
}

export function useSetupStatus() {
  return useQuery({ queryKey: ['setup'], queryFn: () => api<SetupStatus>('GET', '/setup'), retry: false })
}

/** The state of the balancer: asked for once, then kept fresh by the live stream. */
export const statusQuery = {
  queryKey: keys.status,
  async queryFn({ client }: { client: QueryClient }): Promise<Status> {
    const status = await api<Status>('GET', '/status')
    return isNewest(status) ? status : (client.getQueryData<Status>(keys.status) ?? status)
  },
}

export function useStatusQuery() {
  return useQuery(statusQuery)
}

/** What is known of the state; undefined before the first answer. Asks for nothing itself. */
export function useStatus(): Status | undefined {
  return useQuery({ ...statusQuery, enabled: false }).data
}

/** The configuration as written and its revision. Defaults are not filled in: that would bring the whole schema into the first load. */
export function useConfig() {
  return useQuery({
    queryKey: keys.config,
    queryFn: async () => {
      const { body, revision } = await apiVersioned<ConfigDocument>('GET', '/config')
      return { document: body, revision: revision ?? 0 }
    },
  })
}

export interface SeriesRange {
  pool?: string
  backend?: string
  from: number
  to: number
}

const search = (values: Record<string, string | number | undefined>) => {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  return new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString()
}

/** History for charts; a `live` one moves on with the clock and is asked for again when its next step is over. */
export function useSeries(range: SeriesRange, live: boolean, key: unknown = range) {
  return useQuery({
    queryKey: [...keys.series, range.pool, range.backend, key],
    queryFn: () => {
      const now = serverNow()
      const moved = live ? { ...range, from: now - (range.to - range.from), to: now } : range
      return api<SeriesAnswer>('GET', `/series?${search({ ...moved })}`)
    },
    refetchInterval: ({ state }) =>
      live &&
      nextLook({
        step: state.data?.step ?? 0,
        askedAt: serverNow(Math.max(state.dataUpdatedAt, state.errorUpdatedAt)),
        failed: state.status === 'error',
        now: serverNow(),
      }),
    placeholderData: (before) => before,
  })
}

export interface EventFilter {
  kind?: string
  pool?: string
  backend?: string
  limit?: number
}

/** Most events of one answer. */
const MOST_EVENTS = 500
/** Marks need not move with each refetch of the charts. */
const MARKS_ROUND_MS = 60_000

/** Events of a pool in a time, for marks: revisions are asked for on their own, so that no flood of others drowns them. */
export function useMarkedEvents(pool: string, { from, to }: { from: number; to: number }) {
  const round = {
    from: Math.floor(from / MARKS_ROUND_MS) * MARKS_ROUND_MS,
    to: Math.ceil(to / MARKS_ROUND_MS) * MARKS_ROUND_MS,
  }
  return useQuery({
    queryKey: [...keys.events, 'marks', pool, round.from, round.to],
    queryFn: async () => {
      const ask = (more: { kind?: string }) =>
        api<EventRecord[]>('GET', `/events?${search({ pool, ...round, ...more, limit: MOST_EVENTS })}`)
      const [revisions, all] = await Promise.all([ask({ kind: 'revision' }), ask({})])
      return [...new Map([...all, ...revisions].map((event) => [event.id, event])).values()]
    },
    placeholderData: (before) => before,
  })
}

export function useEvents(filter: EventFilter = {}) {
  return useQuery({
    queryKey: [...keys.events, filter],
    queryFn: () => api<EventRecord[]>('GET', `/events?${search({ limit: 100, ...filter })}`),
    placeholderData: (before) => before,
  })
}
