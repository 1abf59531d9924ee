/** Five numbers of the last seconds, each with its own last quarter of an hour beside it. */
import type { ConnectionsLately, Status, Tick } from '../../../shared/api/live.ts'
import { whatHappened } from '../../../shared/what-happened.ts'
import type { Row } from '../../components/charts/chart-frame.tsx'
import { Sparkline, type SparkPoint } from '../../components/charts/sparkline.tsx'
import { count, millis, percent, rate } from '../../lib/format.ts'

/** Share of errors of a step. */
export function errorShareOf(row: Row): number | null {
  const { requests, s1xx, s2xx, s3xx, s4xx, s5xx, ours, aborted, bytesOut } = row
  const counts = { requests, s1xx, s2xx, s3xx, s4xx, s5xx, ours, aborted, bytesOut }
  const known = Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, value ?? 0]))
  return whatHappened(known as { [name in keyof typeof counts]: number }, 1).errorShare
}

/** Most client connections in each step: what the balancer had seen when it was asked, and what this page has seen since. */
export function connectionPoints(
  { step, points }: ConnectionsLately,
  ticks: readonly Pick<Tick, 't' | 'connections'>[],
): SparkPoint[] {
  const most = new Map(points)
  for (const { t, connections } of ticks) {
    const start = Math.floor(t / step) * step
    const now = Object.values(connections).reduce((sum, each) => sum + each, 0)
    most.set(start, Math.max(most.get(start) ?? 0, now))
  }
  return [...most].sort(([a], [b]) => a - b).map(([t, value]) => ({ t, value }))
}

interface KeyFiguresProps {
  status: Status
  /** Steps that are over, the last quarter of an hour. */
  rows: readonly Row[]
  /** The quarter of an hour, epoch milliseconds. */
  range: { from: number; to: number }
  /** Their length, milliseconds. */
  step: number
  ticks: readonly Tick[]
}

export function KeyFigures({ status, rows, range, step, ticks }: KeyFiguresProps) {
  const backends = status.pools.flatMap((pool) => pool.backends).filter((backend) => backend.drain?.removed !== true)
  const healthy = backends.filter((backend) => backend.availability === 'healthy').length
  const connections = status.listeners.reduce((sum, listener) => sum + listener.connections, 0)
  const { recent } = status
  const time = { ...range, step }
  const points = (value: (row: Row) => number | null) => rows.map((row) => ({ t: row.t, value: value(row) }))
  const figures = [
    {
      label: 'Requests per second',
      value: rate(recent.requestsPerSecond),
      points: points((row) => row.requests ?? null),
      color: '#2f7cee',
    },
    { label: 'Errors', value: percent(recent.errorShare), points: points(errorShareOf), color: '#D55E00' },
    {
      label: 'p95 to first byte',
      value: millis(recent.p95),
      points: points((row) => row.p95 ?? null),
      color: '#E69F00',
    },
    {
      label: 'Client connections',
      value: count(connections),
      points: connectionPoints(status.connectionsLately, ticks),
      color: '#56B4E9',
    },
  ]
  return (
    <section className="ek-figures" aria-label="Key figures">
      {figures.map((figure) => (
        <div className="ek-figure" key={figure.label}>
          <span className="label">{figure.label}</span>
          <span className="value">{figure.value}</span>
          <Sparkline points={figure.points} {...time} color={figure.color} label={`${figure.label}, last 15 minutes`} />
        </div>
      ))}
      <div className="ek-figure">
        <span className="label">Healthy backends</span>
        <span className="value">
          {healthy} <small>of {backends.length}</small>
        </span>
        <div className="ek-bar" style={{ marginTop: 10 }} aria-hidden>
          <span
            style={{
              width: `${backends.length === 0 ? 0 : (healthy / backends.length) * 100}%`,
              background: '#009E73',
            }}
          />
        </div>
      </div>
    </section>
  )
}
