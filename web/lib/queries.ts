/** Reads of the API, kept by the query cache. What the live stream brings is patched into the same entries. */
import { useQuery } from '@tanstack/react-query'
import type { Me, SetupStatus } from '../../shared/api/bodies.ts'
import type { Status } from '../../shared/api/live.ts'
import type { EventRecord } from '../../shared/api/records.ts'
import type { SeriesAnswer } from '../../shared/api/series.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'
import { api, apiVersioned } from './api.ts'

export const keys = {
  status: ['status'],
  config: ['config'],
  events: ['events'],
  series: ['series'],
  me: ['me'],
  ticks: ['ticks'],
} as const

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

export function useStatusQuery() {
  return useQuery({ queryKey: keys.status, queryFn: () => api<Status>('GET', '/status') })
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

/** History for charts; asked again every `refreshMs` when given. */
export function useSeries(range: SeriesRange, refreshMs?: number, key: unknown = range) {
  return useQuery({
    queryKey: [...keys.series, range.pool, range.backend, key],
    queryFn: () => {
      const now = Date.now()
      const moved = refreshMs === undefined ? range : { ...range, from: now - (range.to - range.from), to: now }
      return api<SeriesAnswer>('GET', `/series?${search({ ...moved })}`)
    },
    refetchInterval: refreshMs,
    placeholderData: (before) => before,
  })
}

export interface EventFilter {
  kind?: string
  pool?: string
  backend?: string
  limit?: number
}

export function useEvents(filter: EventFilter = {}) {
  return useQuery({
    queryKey: [...keys.events, filter],
    queryFn: () => api<EventRecord[]>('GET', `/events?${search({ limit: 100, ...filter })}`),
    placeholderData: (before) => before,
  })
}
