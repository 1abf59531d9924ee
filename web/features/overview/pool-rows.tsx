/** Every pool with its backends' heartbeats. */
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { PoolStatus } from '../../../shared/api/live.ts'
import { AvailabilityMark } from '../../components/availability-mark.tsx'
import { BackupBadge } from '../../components/backup-badge.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { HeartbeatStrip } from '../../components/heartbeat/heartbeat-strip.tsx'
import { Panel } from '../../components/panel.tsx'
import { severityMarks } from '../../components/severity.ts'
import { publicUrl } from '../../lib/base-path.ts'
import { millis, plural, rate } from '../../lib/format.ts'

/** More than this many backends of a pool are summed up: the pool's own page shows all. */
const MOST_SHOWN = 12

function PoolRow({ pool, onAdd }: { pool: PoolStatus; onAdd: (pool: string) => void }) {
  const shown = pool.backends.slice(0, MOST_SHOWN)
  const present = pool.backends.filter((backend) => backend.drain?.removed !== true)
  return (
    <li style={{ padding: '12px 16px' }}>
      <div style={{ display: 'flex', gap: 12, alignItems: 'baseline', marginBottom: 8, flexWrap: 'wrap' }}>
        <Link to="/pools/$pool" params={{ pool: pool.id }} style={{ fontWeight: 600, textDecoration: 'none' }}>
          {pool.id}
        </Link>
        <span className="ek-dim">
          {pool.strategy} · {plural(present.length, 'backend')} · {rate(pool.recent.requestsPerSecond)}/s
        </span>
        {pool.health.severity !== 'ok' && (
          <span className="ek-headline" data-severity={pool.health.severity}>
            <span aria-hidden>{severityMarks[pool.health.severity].shape} </span>
            {pool.health.sentence}
          </span>
        )}
      </div>
      {pool.backends.length === 0 ? (
        <EmptyState
          title={`${pool.id} has no backends yet`}
          action={
            <Button size="compact-sm" variant="default" onClick={() => onAdd(pool.id)}>
              Add a backend to {pool.id}
            </Button>
          }
          command={`curl -X POST ${publicUrl()}/api/v1/pools/${pool.id}/backends \\\n  -H "authorization: Bearer $EVENKEEL_TOKEN" -H 'content-type: application/json' \\\n  -d '{"address": "10.0.0.5:3000"}'`}
        >
          Add one here, or do the same by command:
        </EmptyState>
      ) : (
        <ul className="ek-strips">
          {shown.map((backend) => (
            <li key={backend.id}>
              <AvailabilityMark availability={backend.availability} slowStart={backend.slowStart} iconOnly />
              <span className="name" title={`${backend.address} · ${backend.reason}`}>
                {backend.id} {backend.backup && <BackupBadge />}
              </span>
              <span className="strip">
                <HeartbeatStrip probes={backend.probes} label={backend.id} compact height={20} />
              </span>
              <span className="num">{rate(backend.recent.requestsPerSecond)}/s</span>
              <span className="num wide">{millis(backend.recent.p95)}</span>
            </li>
          ))}
        </ul>
      )}
      {pool.backends.length > MOST_SHOWN && (
        <Link to="/pools/$pool" params={{ pool: pool.id }}>
          {plural(pool.backends.length - MOST_SHOWN, 'more backend')}
        </Link>
      )}
    </li>
  )
}

export function PoolRows({ pools, onAdd }: { pools: readonly PoolStatus[]; onAdd: (pool: string) => void }) {
  return (
    <Panel title="Pools" flush>
      <ul className="ek-rows">
        {pools.map((pool) => (
          <PoolRow key={pool.id} pool={pool} onAdd={onAdd} />
        ))}
      </ul>
    </Panel>
  )
}
