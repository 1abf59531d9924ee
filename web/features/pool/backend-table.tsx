/** Backends as a table that hides nothing; only the rows in sight are drawn, so a thousand stay quick. */
import { Checkbox } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import type { PoolStatus } from '../../../shared/api/live.ts'
import { AvailabilityMark } from '../../components/availability-mark.tsx'
import { BackupBadge } from '../../components/backup-badge.tsx'
import { HeartbeatStrip } from '../../components/heartbeat/heartbeat-strip.tsx'
import { bytes, count, millis, percent, rate } from '../../lib/format.ts'
import { BackendMenu } from './backend-buttons.tsx'
import { sharesOf } from './numbers.ts'
import type { Selection } from './use-selection.ts'
import { WeightStepper } from './weight-stepper.tsx'

const ROW_HEIGHT = 49
const heads = [
  'Backend',
  'State',
  'Heartbeat',
  'Requests/s',
  'Share',
  'Errors',
  'p50',
  'p95',
  'p99',
  'In flight',
  'Out/s',
  'Weight',
  'Actions',
]
const numbers = new Set(['Requests/s', 'Share', 'Errors', 'p50', 'p95', 'p99', 'In flight', 'Out/s'])

/** The actions stay in sight however narrow the window; what goes out is left away first. */
function classOf(head: string): string | undefined {
  if (head === 'Actions') return 'ek-stuck'
  if (head === 'Out/s') return 'num ek-wide-only'
  return numbers.has(head) ? 'num' : undefined
}

export function BackendTable({ pool, selection }: { pool: PoolStatus; selection: Selection }) {
  const shares = sharesOf(pool)
  const box = useRef<HTMLElement>(null)
  const rows = useVirtualizer({
    count: pool.backends.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    initialRect: { width: 1000, height: 600 },
  })
  const items = rows.getVirtualItems()
  const before = items[0]?.start ?? 0
  const after = rows.getTotalSize() - (items.at(-1)?.end ?? 0)
  return (
    <section
      className="ek-panel ek-scroll"
      ref={box}
      style={{ maxHeight: '70vh', overflowY: 'auto' }}
      tabIndex={0}
      aria-label={`Backends of ${pool.id}`}
    >
      <table className="ek-table" aria-rowcount={pool.backends.length + 1}>
        <thead style={{ position: 'sticky', top: 0, background: 'var(--ek-panel)', zIndex: 1 }}>
          <tr>
            <th scope="col">
              <span className="ek-hidden">Selected</span>
            </th>
            {heads.map((head) => (
              <th key={head} scope="col" className={classOf(head)}>
                {head === 'Actions' ? <span className="ek-hidden">Actions</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && (
            <tr aria-hidden>
              <td style={{ height: before, padding: 0 }} colSpan={heads.length + 1} />
            </tr>
          )}
          {items.map(({ index }) => {
            const backend = pool.backends[index]
            if (backend === undefined) return null
            const own = shares.get(backend.id)
            const { recent } = backend
            const removed = backend.drain?.removed === true
            return (
              <tr
                key={backend.id}
                id={`backend-${backend.id}`}
                aria-rowindex={index + 2}
                style={{ background: selection.at === backend.id ? 'var(--ek-hover)' : undefined, height: ROW_HEIGHT }}
              >
                <td>
                  {!removed && (
                    <Checkbox
                      size="xs"
                      aria-label={`Select ${backend.id}`}
                      checked={selection.selected.has(backend.id)}
                      onChange={() => selection.toggle(backend.id)}
                    />
                  )}
                </td>
                <td>
                  <strong style={{ fontWeight: 600 }}>{backend.id}</strong> {backend.backup && <BackupBadge />}
                  <div className="mono ek-dim">{backend.address}</div>
                </td>
                <td title={backend.reason}>
                  <AvailabilityMark availability={backend.availability} slowStart={backend.slowStart} />
                </td>
                <td style={{ minWidth: 112 }}>
                  <HeartbeatStrip probes={backend.probes} label={backend.id} compact height={20} />
                </td>
                <td className="num">{rate(recent.requestsPerSecond)}</td>
                <td className="num" title={`expected ${percent(own?.expected ?? 0)}`}>
                  {own === undefined || Number.isNaN(own.share) ? '–' : percent(own.share)}
                </td>
                <td className={`num ${recent.failed > 0 ? 'ek-bad' : ''}`}>{percent(recent.errorShare)}</td>
                <td className="num">{millis(recent.p50)}</td>
                <td className="num">{millis(recent.p95)}</td>
                <td className="num">{millis(recent.p99)}</td>
                <td className="num">{count(backend.inFlight)}</td>
                <td className="num ek-wide-only">{bytes(recent.bytesPerSecond)}</td>
                <td>{!removed && <WeightStepper pool={pool.id} backend={backend} />}</td>
                <td className="ek-stuck">{!removed && <BackendMenu pool={pool.id} backend={backend} />}</td>
              </tr>
            )
          })}
          {after > 0 && (
            <tr aria-hidden>
              <td style={{ height: after, padding: 0 }} colSpan={heads.length + 1} />
            </tr>
          )}
        </tbody>
      </table>
    </section>
  )
}
