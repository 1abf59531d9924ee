/** Five numbers with the last quarter of an hour beside them. */
import type { Status } from '../../../shared/api/live.ts'
import type { Row } from '../../components/charts/chart-frame.tsx'
import { Sparkline } from '../../components/charts/sparkline.tsx'
import { count, millis, percent, rate } from '../../lib/format.ts'

const errorsOf = (row: Row) => (row.s5xx ?? 0) + (row.ours ?? 0)

/** Mean of the last five seconds that are there. */
function recent(rows: readonly Row[], value: (row: Row) => number | null): number | null {
  const values = rows
    .slice(-5)
    .map(value)
    .filter((number) => number !== null)
  return values.length === 0 ? null : values.reduce((sum, number) => sum + number, 0) / values.length
}

export function KeyFigures({ status, rows }: { status: Status; rows: readonly Row[] }) {
  const backends = status.pools.flatMap((pool) => pool.backends).filter((backend) => backend.drain?.removed !== true)
  const healthy = backends.filter((backend) => backend.availability === 'healthy').length
  const connections = status.listeners.reduce((sum, listener) => sum + listener.connections, 0)
  const requests = recent(rows, (row) => row.requests ?? null) ?? 0
  const errors = recent(rows, errorsOf) ?? 0
  const p95 = recent(rows, (row) => row.p95 ?? null)
  const series = (value: (row: Row) => number | null) =>
    rows.map((row) => (row.requests === undefined ? null : value(row)))
  const figures = [
    {
      label: 'Requests per second',
      value: rate(requests),
      values: series((row) => row.requests ?? null),
      color: '#2f7cee',
    },
    {
      label: 'Errors',
      value: percent(requests > 0 ? errors / requests : 0),
      values: series(errorsOf),
      color: '#D55E00',
    },
    { label: 'p95 to first byte', value: millis(p95), values: series((row) => row.p95 ?? null), color: '#E69F00' },
    {
      label: 'Client connections',
      value: count(connections),
      values: series((row) => row.inFlight ?? null),
      color: '#56B4E9',
    },
  ]
  return (
    <section className="ek-figures" aria-label="Key figures">
      {figures.map((figure) => (
        <div className="ek-figure" key={figure.label}>
          <span className="label">{figure.label}</span>
          <span className="value">{figure.value}</span>
          <Sparkline values={figure.values} color={figure.color} label={`${figure.label}, last 15 minutes`} />
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
