/** Requests, errors and latency over time on one shared axis; the range is in the address. */
import { Button, MultiSelect, SegmentedControl } from '@mantine/core'
import { IconZoomReset } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import type { PoolStatus } from '../../../shared/api/live.ts'
import { latencyColumns, rowsOfSeries, rowsPerBackend, statusColumns } from '../../components/charts/rows.ts'
import { LINE_COLORS, LINE_DASHES } from '../../lib/colors.ts'
import { clockTime, millis, rate } from '../../lib/format.ts'
import { useLiveState } from '../../lib/live.ts'
import { useEvents, useSeries } from '../../lib/queries.ts'

const TimeChart = lazy(async () => ({ default: (await import('../../components/charts/time-chart.tsx')).TimeChart }))

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

/** What the address asks for, and how often it is asked again in milliseconds (undefined: fixed in the past). */
export function readRange(
  search: RangeSearch,
  now: number,
): { from: number; to: number; refreshMs: number | undefined; name: string | undefined } {
  if (search.from !== undefined && search.to !== undefined && search.to > search.from)
    return { from: search.from, to: search.to, refreshMs: undefined, name: undefined }
  const name = search.range !== undefined && search.range in ranges ? search.range : '15m'
  const length = ranges[name] as number
  return { from: now - length, to: now, refreshMs: length <= 15 * MINUTE ? 2000 : 15_000, name }
}

export function PoolCharts({ pool, search }: { pool: PoolStatus; search: RangeSearch }) {
  const navigate = useNavigate()
  const { stale } = useLiveState()
  const { from, to, refreshMs, name } = readRange(search, Date.now())
  const series = useSeries({ pool: pool.id, from, to }, refreshMs, name ?? `${from}-${to}`)
  const events = useEvents({ pool: pool.id, limit: 100 })
  const [only, setOnly] = useState<string[]>([])
  const whole = series.data?.series.find((entry) => entry.backend === null)
  const rows = rowsOfSeries(whole, series.data?.step ?? 1000)
  const requests = rowsPerBackend(series.data, (row) => row.requests ?? null)
  const errors = rowsPerBackend(series.data, (row) => (row.s5xx ?? 0) + (row.ours ?? 0))
  const names = requests.names.filter((id) => only.length === 0 || only.includes(id)).slice(0, MOST_LINES)
  const columns = names.map((id, index) => ({
    key: id,
    label: id,
    color: LINE_COLORS[index % LINE_COLORS.length] as string,
    dash: LINE_DASHES[Math.floor(index / 2) % LINE_DASHES.length] as string,
  }))
  const first = rows[0]?.t ?? 0
  const annotations = (events.data ?? [])
    .filter(
      (event) =>
        event.at > first &&
        event.at < (rows.at(-1)?.t ?? 0) &&
        (event.kind === 'revision' || event.severity === 'error'),
    )
    .slice(0, 12)
    .map((event) => ({ t: event.at, label: event.kind === 'revision' ? `r${event.revision}` : (event.backend ?? '') }))
  const zoom = (start: number, end: number) =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, range: undefined, from: Math.round(start), to: Math.round(end) }),
    })
  const common = { annotations, stale: stale && name !== undefined, onZoom: zoom }
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
              void navigate({ to: '.', search: (before) => ({ ...before, from: undefined, to: undefined }) })
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
            })
          }
        />
        {requests.names.length > 1 && (
          <MultiSelect
            aria-label="Backends in the charts"
            placeholder={only.length === 0 ? 'All backends' : undefined}
            size="xs"
            data={requests.names}
            value={only}
            onChange={setOnly}
            clearable
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
            columns={columns}
            rows={requests.rows}
            format={rate}
            {...common}
          />
          <TimeChart
            title="Errors per second by backend"
            columns={columns}
            rows={errors.rows}
            format={rate}
            {...common}
          />
          <TimeChart title="Answers per second" columns={statusColumns} rows={rows} format={rate} stacked {...common} />
          <TimeChart title="Time to first byte" columns={latencyColumns} rows={rows} format={millis} {...common} />
        </div>
      </Suspense>
    </>
  )
}
