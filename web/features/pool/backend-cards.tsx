/** Backends as cards: state with reason, heartbeat, figures, actions. */
import { Checkbox } from '@mantine/core'
import type { BackendStatus, PoolStatus } from '../../../shared/api/live.ts'
import { AvailabilityMark } from '../../components/availability-mark.tsx'
import { BackupBadge } from '../../components/backup-badge.tsx'
import { HeartbeatStrip } from '../../components/heartbeat/heartbeat-strip.tsx'
import { ago, bytes, count, millis, percent, rate, returnsIn } from '../../lib/format.ts'
import { useStatus } from '../../lib/live.ts'
import { BackendButtons } from './backend-buttons.tsx'
import { DrainBar } from './drain-bar.tsx'
import { type BackendShare, sharesOf } from './numbers.ts'
import type { Selection } from './use-selection.ts'
import { WeightStepper } from './weight-stepper.tsx'

function Figures({ backend, shares }: { backend: BackendStatus; shares: BackendShare | undefined }) {
  const { recent } = backend
  const share = shares === undefined || Number.isNaN(shares.share) ? '–' : percent(shares.share)
  const rows: [string, string, string?][] = [
    ['Requests/s', rate(recent.requestsPerSecond)],
    ['Share', share, shares === undefined ? undefined : `expected ${percent(shares.expected)}`],
    ['Errors', percent(recent.errorShare)],
    ['In flight', count(backend.inFlight)],
    ['p50', millis(recent.p50)],
    ['p95', millis(recent.p95)],
    ['p99', millis(recent.p99)],
    [
      backend.tunnels > 0 ? 'WebSockets' : 'Out/s',
      backend.tunnels > 0 ? count(backend.tunnels) : bytes(recent.bytesPerSecond),
    ],
  ]
  return (
    <dl className="ek-nums">
      {rows.map(([label, value, title]) => (
        <div key={label} title={title}>
          <dt>{label}</dt>
          <dd className={label === 'Errors' && recent.failed > 0 ? 'ek-bad' : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function BackendCard({
  pool,
  backend,
  shares,
  selection,
  now,
}: {
  pool: string
  backend: BackendStatus
  shares: BackendShare | undefined
  selection: Selection
  /** Clock of the balancer, epoch milliseconds. */
  now: number
}) {
  const removed = backend.drain?.removed === true
  const current = selection.at === backend.id
  return (
    <article
      className="ek-panel"
      id={`backend-${backend.id}`}
      aria-label={backend.id}
      style={{ display: 'flex', flexDirection: 'column', borderColor: current ? 'var(--ek-accent)' : undefined }}
    >
      <div className="ek-panel-head">
        <div style={{ display: 'flex', alignItems: 'center', gap: 10, minWidth: 0 }}>
          {!removed && (
            <Checkbox
              size="xs"
              aria-label={`Select ${backend.id}`}
              checked={selection.selected.has(backend.id)}
              onChange={() => selection.toggle(backend.id)}
            />
          )}
          <div style={{ minWidth: 0 }}>
            <div style={{ display: 'flex', alignItems: 'center', gap: 8 }}>
              <h2 style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>{backend.id}</h2>
              {backend.backup && <BackupBadge />}
            </div>
            <div className="mono ek-dim">{backend.address}</div>
          </div>
        </div>
        <AvailabilityMark availability={backend.availability} slowStart={backend.slowStart} />
      </div>
      <div className="ek-panel-body" style={{ display: 'flex', flexDirection: 'column', gap: 12, flex: 1 }}>
        <div className="ek-dim" style={{ fontSize: 12, lineHeight: '18px', minHeight: 18, overflowWrap: 'anywhere' }}>
          {backend.unchecked && backend.leftOut === null ? 'Not checked' : backend.reason} · {ago(backend.since)}
          {backend.returnsAt !== null && ` · ${returnsIn(backend.returnsAt, now)}`}
        </div>
        {backend.drain !== null && <DrainBar pool={pool} backend={backend.id} drain={backend.drain} />}
        {!removed && <HeartbeatStrip probes={backend.probes} label={backend.id} height={30} />}
        <Figures backend={backend} shares={shares} />
        {!removed && (
          <div style={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center', fontSize: 12 }}>
            <span className="ek-dim">Weight</span>
            <WeightStepper pool={pool} backend={backend} />
          </div>
        )}
      </div>
      {!removed && (
        <div className="ek-card-foot">
          <BackendButtons pool={pool} backend={backend} />
        </div>
      )}
    </article>
  )
}

/** Cards of this many backends at most; beyond it the table is the better view. */
const MOST_CARDS = 60

export function BackendCards({ pool, selection }: { pool: PoolStatus; selection: Selection }) {
  const shares = sharesOf(pool)
  const now = useStatus()?.now ?? Date.now()
  return (
    <>
      <div className="ek-cards">
        {pool.backends.slice(0, MOST_CARDS).map((backend) => (
          <BackendCard
            key={backend.id}
            pool={pool.id}
            backend={backend}
            shares={shares.get(backend.id)}
            selection={selection}
            now={now}
          />
        ))}
      </div>
      {pool.backends.length > MOST_CARDS && (
        <p className="ek-dim">
          The first {MOST_CARDS} of {pool.backends.length} are shown. The table shows all.
        </p>
      )}
    </>
  )
}
