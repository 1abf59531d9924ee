/** The first page: is everything well, how much flows, what needs attention. */
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { Suspense, useMemo } from 'react'
import { RECENT_SECONDS, windowWords } from '../../../shared/what-happened.ts'
import { gapsOf } from '../../components/charts/gaps.ts'
import { latencyColumns, rowsOfSeries, rowsOfTicks, statusColumns, timesOf } from '../../components/charts/rows.ts'
import { PageHeader } from '../../components/page-header.tsx'
import { severityMarks } from '../../components/severity.ts'
import { plural } from '../../lib/format.ts'
import { useLiveState, useStatus, useTicks } from '../../lib/live.ts'
import { part } from '../../lib/parts.ts'
import { useSeries } from '../../lib/queries.ts'
import { serverNow } from '../../lib/server-clock.ts'
import { useUnchanged } from '../../lib/use-unchanged.ts'
import { AttentionList } from './attention-list.tsx'
import { FlowMap } from './flow-map.tsx'
import { KeyFigures } from './key-figures.tsx'
import { PoolRows } from './pool-rows.tsx'
import { RecentEvents } from './recent-events.tsx'

const TimeChart = part(async () => (await import('../../components/charts/time-chart.tsx')).TimeChart)
const QUARTER_MS = 15 * 60_000
const STEP_MS = RECENT_SECONDS * 1000

/** The last quarter of an hour: what was stored before this page opened, then what it has seen. Only steps that are over. */
function useQuarter() {
  const now = serverNow()
  const history = useSeries({ from: now - QUARTER_MS, to: now }, true, 'quarter')
  const ticks = useTicks()
  const step = history.data?.step ?? STEP_MS
  const whole = history.data?.series.find((series) => series.pool === null)
  const before = rowsOfSeries(whole, step)
  const storedUntil = (before.at(-1)?.t ?? -step) + step
  const live = rowsOfTicks(ticks, step).filter((row) => row.t >= storedUntil)
  const to = Math.floor(now / step) * step
  const range = useUnchanged({ from: to - QUARTER_MS, to })
  const rows = useUnchanged([...before, ...live].filter((row) => row.t >= range.from))
  const gaps = useUnchanged(gapsOf(timesOf(rows), step, range.from, range.to))
  const { error, refetch, isPending } = history
  const failure = useMemo(() => (error === null ? undefined : { error, retry: () => void refetch() }), [error, refetch])
  return { ticks, step, chart: { rows, range, gaps, failure, loading: isPending } }
}

export function OverviewPage() {
  const status = useStatus()
  const navigate = useNavigate()
  const { stale } = useLiveState()
  const { chart, ticks, step } = useQuarter()
  if (status === undefined) return null
  const openAdd = (pool: string | undefined) =>
    void navigate({ to: '.', search: { dialog: 'add-backend', in: pool }, resetScroll: false })
  const listeners = status.listeners.map((listener) => listener.address).join(', ')
  return (
    <>
      <PageHeader
        tellsState
        title={
          <span className="ek-headline" data-severity={status.health.severity}>
            {status.health.severity !== 'ok' && <span aria-hidden>{severityMarks[status.health.severity].shape} </span>}
            {status.health.sentence}
          </span>
        }
        subtitle={`Listening on ${listeners || 'nothing'} · ${plural(status.workers.length, 'worker')}${status.demo ? ' · demo traffic is running' : ''} · figures: ${windowWords(status.recent.seconds)}`}
        actions={
          status.pools[0] && (
            <Button
              leftSection={<IconPlus size={16} />}
              onClick={() => openAdd(status.pools.length === 1 ? status.pools[0]?.id : undefined)}
            >
              Add backend
            </Button>
          )
        }
      />
      <AttentionList items={status.attention} now={status.now} />
      <KeyFigures status={status} rows={chart.rows} range={chart.range} step={step} ticks={ticks} />
      <PoolRows pools={status.pools} onAdd={openAdd} />
      <div className="ek-grid-2">
        <Suspense fallback={<div className="ek-panel" style={{ height: 300 }} />}>
          <TimeChart
            title="Responses per second"
            columns={statusColumns}
            {...chart}
            unit="rate"
            stacked
            stale={stale}
          />
        </Suspense>
        <Suspense fallback={<div className="ek-panel" style={{ height: 300 }} />}>
          <TimeChart title="Time to first byte" columns={latencyColumns} {...chart} unit="millis" stale={stale} />
        </Suspense>
      </div>
      <FlowMap status={status} />
      <RecentEvents />
    </>
  )
}
