/** Live data for components: status, ticks and the state of the stream. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { BackendStatus, PoolStatus, Sample, Status } from '../../shared/api/live.ts'
import { type LiveState, liveStream } from './live.ts'
import { keys, seedQuery, statusQuery, type Ticks, ticksOf } from './queries.ts'

/** Everything that is true now, current to the second; `error` is an ApiProblem. */
export function useStatus() {
  return useQuery(statusQuery)
}

/** A part of the status; the component is drawn again only when that part changes. Undefined until the first answer. */
export function useStatusPart<T>(select: (status: Status) => T): T | undefined {
  return useQuery({ ...statusQuery, select }).data
}

export function usePool(pool: string): PoolStatus | undefined {
  return useStatusPart((status) => status.pools.find((one) => one.id === pool))
}

export function useBackend(pool: string, backend: string): BackendStatus | undefined {
  return useStatusPart((status) =>
    status.pools.find((one) => one.id === pool)?.backends.find((one) => one.id === backend),
  )
}

/**
 * Seconds of the last 15 minutes, ascending: of the whole balancer, of a pool, or of a backend. A missing second is a gap;
 * an idle one is zeros. What was before the page was opened is fetched once.
 */
export function useTicks(pool?: string, backend?: string): readonly Sample[] {
  const client = useQueryClient()
  useQuery(seedQuery(client, backend === undefined ? undefined : pool))
  const { data } = useQuery({
    queryKey: keys.ticks,
    queryFn: (): Ticks => ticksOf(client),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    select: ({ store }: Ticks) => store.read(pool, backend),
  })
  return data ?? NOTHING
}

/** How live the page is: connecting, live, paused, reconnecting; and whether what it shows is old. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(liveStream.subscribe, liveStream.snapshot)
}

const NOTHING: readonly Sample[] = []
