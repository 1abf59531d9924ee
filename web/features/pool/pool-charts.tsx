/** Requests, errors and latency over time on one shared axis; the range is in the address. */
import { Button, MultiSelect, SegmentedControl } from '@mantine/core'
import { IconZoomReset } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { Suspense, useCallback, useMemo, useRef, useState } from 'react'
import type { SeriesAnswer } from '../../../shared/api/series.ts'
import type { Column, Row } from '../../components/charts/chart-frame.tsx'
import { gapsOf } from '../../components/charts/gaps.ts'
import { marksOf } from '../../components/charts/marks.ts'
import {
  latencyColumns,
  OTHERS,
  rowsOfSeries,
  rowsPerBackend,
  statusColumns,
  timesOf,
} from '../../components/charts/rows.ts'
import { worstBackends } from '../../components/charts/worst.ts'
import { LINE_COLORS, LINE_DASHES } from '../../lib/colors.ts'
import { clockTime } from '../../lib/format.ts'
import { useLiveState } from '../../lib/live.ts'
import { part } from '../../lib/parts.ts'
import { useMarkedEvents, useSeries } from '../../lib/queries.ts'
import { serverNow } from '../../lib/server-clock.ts'
import { useUnchanged } from '../../lib/use-unchanged.ts'

const TimeChart = part(async () => (await import('../../components/charts/time-chart.tsx')).TimeChart)

const MINUTE = 60_000
export const ranges: Record<string, number> = {
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '6h': 360 * MINUTE,
  '24h': 1440 * MINUTE,
  '7d': 7 * 1440 * MINUTE,
  '30d': 30 * 1440 * MINUTE,
}
const MOST_LINES = 8

export interface RangeSearch {
  range?: string | undefined
  from?: number | undefined
  to?: number | undefined
}

/** What the address asks for; without a name it is fixed in the past. */
export function readRange(search: RangeSearch, now: number): { from: number; to: number; name: string | undefined } {
  if (search.from !== undefined && search.to !== undefined && search.to > search.from)
    return { from: search.from, to: search.to, name: undefined }
  const name = search.range !== undefined && search.range in ranges ? search.range : '15m'
  return { from: now - (ranges[name] as number), to: now, name }
}

const requestsOf = (row: Row) => row.requests ?? null
const errorsOf = (row: Row) => (row.s5xx ?? 0) + (row.ours ?? 0)

/** A line per backend; with more than fit the worst ones and the mean of the others. */
function useBackendLines(answer: SeriesAnswer | undefined, only: readonly string[]) {
  const before = useRef<string[]>([])
  return useMemo(() => {
    const all = (answer?.series ?? []).flatMap(({ backend }) => backend ?? [])
    const chosen = only.length > 0 ? only.filter((id) => all.includes(id)) : undefined
    const shown = chosen ?? worstBackends(answer, MOST_LINES, before.current)
    if (chosen === undefined) before.current = shown
    const columns: Column[] = shown.map((id, index) => ({
      key: id,
      label: id,
      color: LINE_COLORS[index % LINE_COLORS.length] as string,
      dash: LINE_DASHES[Math.floor(index / 2) % LINE_DASHES.length] as string,
    }))
    const others = all.length - shown.length
    if (chosen === undefined && others > 0)
      columns.push({ key: OTHERS, label: `mean of the ${others} others`, color: 'var(--ek-dim)', dash: '1 4' })
    return {
      all,
      columns,
      requests: rowsPerBackend(answer, shown, requestsOf),
      errors: rowsPerBackend(answer, shown, errorsOf),
      notice: others > 0 ? noticeOf(shown.length, all.length, chosen === undefined) : undefined,
    }
  }, [answer, only])
}

function noticeOf(shown: number, all: number, worst: boolean): string {
  return worst ? `${shown} of ${all} backends: most errors first, then most requests` : `${shown} of ${all} backends`
}

export function PoolCharts({ pool, search }: { pool: string; search: RangeSearch }) {
  const navigate = useNavigate()
  const { stale } = useLiveState()
  const { from, to, name } = readRange(search, serverNow())
  const series = useSeries({ pool, from, to }, name !== undefined, name ?? `${from}-${to}`)
  const answer = series.data
  const range = useUnchanged({ from: answer?.from ?? from, to: answer?.to ?? to })
  const events = useMarkedEvents(pool, range)
  const [only, setOnly] = useState<string[]>([])
  const lines = useBackendLines(answer, only)
  const rows = useMemo(
    () =>
      rowsOfSeries(
        answer?.series.find((entry) => entry.backend === null),
        answer?.step ?? 1000,
      ),
    [answer],
  )
  const gaps = useMemo(() => gapsOf(timesOf(rows), answer?.step ?? 1000, range.from, range.to), [rows, answer, range])
  const marks = useMemo(() => marksOf(events.data ?? []), [events.data])
  const zoom = useCallback(
    (start: number, end: number) =>
      void navigate({
        to: '.',
        search: (before) => ({ ...before, range: undefined, from: Math.round(start), to: Math.round(end) }),
        resetScroll: false,
      }),
    [navigate],
  )
  const { error, refetch } = series
  const failure = useMemo(() => (error === null ? undefined : { error, retry: () => void refetch() }), [error, refetch])
  const loading = series.isPending
  const common = { range, gaps, marks, failure, loading, stale: stale && name !== undefined, onZoom: zoom }
  return (
    <>
      <div style={{ display: 'flex', gap: 12, alignItems: 'center', flexWrap: 'wrap', marginTop: 8 }}>
        <h2 style={{ fontSize: 15, marginRight: 'auto' }}>History</h2>
        {name === undefined && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconZoomReset size={14} />}
            onClick={() =>
              void navigate({
                to: '.',
                search: (before) => ({ ...before, from: undefined, to: undefined }),
                resetScroll: false,
              })
            }
          >
            {clockTime(from)} – {clockTime(to)}: back to live
          </Button>
        )}
        <SegmentedControl
          aria-label="Range"
          size="xs"
          value={name ?? ''}
          data={Object.keys(ranges)}
          onChange={(value) =>
            void navigate({
              to: '.',
              search: (before) => ({ ...before, range: value, from: undefined, to: undefined }),
              replace: true,
              resetScroll: false,
            })
          }
        />
        {lines.all.length > 1 && (
          <MultiSelect
            aria-label="Backends in the charts"
            placeholder={
              only.length === 0 ? (lines.notice === undefined ? 'All backends' : 'Worst backends') : undefined
            }
            size="xs"
            data={lines.all}
            value={only}
            onChange={setOnly}
            clearable
            searchable
            maxValues={MOST_LINES}
            w={220}
            clearButtonProps={{ 'aria-label': 'All backends' }}
          />
        )}
      </div>
      <Suspense fallback={<div className="ek-panel" style={{ height: 620 }} />}>
        <div className="ek-grid-2">
          <TimeChart
            title="Requests per second by backend"
            columns={lines.columns}
            rows={lines.requests}
            unit="rate"
            notice={lines.notice}
            {...common}
          />
          <TimeChart
            title="Errors per second by backend"
            columns={lines.columns}
            rows={lines.errors}
            unit="rate"
            notice={lines.notice}
            {...common}
          />
          <TimeChart title="Responses per second" columns={statusColumns} rows={rows} unit="rate" stacked {...common} />
          <TimeChart title="Time to first byte" columns={latencyColumns} rows={rows} unit="millis" {...common} />
        </div>
      </Suspense>
    </>
  )
}
