/** The live tail: what was logged before, then what the stream brings, both through the filter; held back while somebody reads. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { ExchangeRecord } from '../../../shared/api/records.ts'
import { api } from '../../lib/api.ts'
import { readExchanges } from '../../lib/exchange-feed.ts'
import type { Filter } from './filter.ts'
import { MOST_ROWS, withRecords } from './tail.ts'
import { PAGE, useOlder } from './use-older.ts'

/** What has come is drawn this often, in milliseconds: quick for the eye, cheap in a storm. */
const DRAW_MS = 250
const EXCHANGES = 'exchanges'

/** The API call behind what is shown. */
export function listPath(filter: Filter): string {
  return `/exchanges?${new URLSearchParams({ ...filter.query, limit: String(PAGE) })}`
}

export interface Tail {
  rows: readonly ExchangeRecord[]
  /** Held back while paused; at most as many as there are rows. */
  waiting: number
  /** Shows what was held back. */
  showWaiting(): void
  loading: boolean
  error: unknown
  retry(): void
  /** Older ones than those followed are shown: nothing new is put above them meanwhile. */
  inPast: boolean
  /** There may be older ones. */
  hasOlder: boolean
  loadingOlder: boolean
  olderError: unknown
  loadOlder(): void
}

export function useTail(filter: Filter, paused: boolean): Tail {
  const client = useQueryClient()
  const path = listPath(filter)
  const fetched = useQuery({
    // Words that the API does not know change no path, but what was let go for them is to be fetched again.
    queryKey: [EXCHANGES, filter.line],
    queryFn: () => api<ExchangeRecord[]>('GET', path),
    staleTime: 0,
    gcTime: 0,
  })
  const [live, setLive] = useState<readonly ExchangeRecord[]>([])
  const [held, setHeld] = useState<readonly ExchangeRecord[]>([])
  const arrived = useRef<ExchangeRecord[]>([])
  const { fits } = filter
  const past = useOlder(path, filter.line)
  const inPast = past.records.length > 0

  useEffect(
    () =>
      readExchanges({
        take(records) {
          arrived.current = [...arrived.current, ...records].slice(-MOST_ROWS)
        },
        opened: () => void client.invalidateQueries({ queryKey: [EXCHANGES] }),
      }),
    [client],
  )
  useEffect(() => {
    const draw = setInterval(() => {
      if (arrived.current.length === 0) return
      const records = arrived.current
      arrived.current = []
      setHeld((before) => withRecords(before, records.filter(fits)))
    }, DRAW_MS)
    return () => clearInterval(draw)
  }, [fits])
  useEffect(() => {
    if (paused || inPast || held.length === 0) return
    setLive((before) => withRecords(before, held))
    setHeld([])
  }, [paused, inPast, held])

  const rows = useMemo(
    () =>
      withRecords(
        [],
        [...live, ...(fetched.data ?? []), ...past.records].filter(fits),
        past.records.length > 0 ? Number.POSITIVE_INFINITY : MOST_ROWS,
      ),
    [live, fetched.data, past.records, fits],
  )
  const shown = useMemo(() => new Set(rows.map(({ id }) => id)), [rows])
  const waiting = useMemo(
    () => held.filter((record) => fits(record) && !shown.has(record.id)).length,
    [held, fits, shown],
  )
  return {
    rows,
    waiting,
    inPast,
    hasOlder: past.pages === 0 ? fetched.data?.length === PAGE : !past.exhausted,
    loadingOlder: past.loading,
    olderError: past.error,
    loadOlder: () => past.load(inPast ? past.records : (fetched.data ?? [])),
    showWaiting() {
      past.forget()
      setLive((before) => withRecords(before, held))
      setHeld([])
    },
    loading: fetched.isPending,
    error: fetched.error,
    retry: () => void fetched.refetch(),
  }
}
