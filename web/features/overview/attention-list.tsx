/** What a person should look at, each with what to do. Absent when there is nothing. */
import { IconAlertTriangle, IconExclamationCircle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Attention } from '../../../shared/api/live.ts'
import { Panel } from '../../components/panel.tsx'
import { returnsIn } from '../../lib/format.ts'

/** `now` is the clock of the balancer, as `until` is; epoch milliseconds. */
export function AttentionList({ items, now }: { items: readonly Attention[]; now: number }) {
  if (items.length === 0) return null
  return (
    <Panel
      title="Needs attention"
      actions={
        <span className="ek-dim" style={{ fontSize: 12 }}>
          {items.length}
        </span>
      }
      flush
    >
      <ul className="ek-rows">
        {items.map((item) => {
          const Icon = item.severity === 'error' ? IconExclamationCircle : IconAlertTriangle
          return (
            <li key={item.key} style={{ display: 'flex', gap: 12 }}>
              <span
                className="ek-mark"
                data-tone={item.severity === 'error' ? 'bad' : 'warn'}
                style={{ alignItems: 'flex-start', paddingTop: 2 }}
              >
                <Icon size={18} aria-label={item.severity} />
              </span>
              <div style={{ minWidth: 0 }}>
                <strong style={{ fontWeight: 600, overflowWrap: 'anywhere' }}>
                  {item.pool === undefined ? (
                    item.title
                  ) : (
                    <Link to="/pools/$pool" params={{ pool: item.pool }} style={{ color: 'inherit' }}>
                      {item.title}
                    </Link>
                  )}
                </strong>
                {item.until !== undefined && <span className="ek-dim"> · {returnsIn(item.until, now)}</span>}
                <div className="ek-dim" style={{ overflowWrap: 'anywhere' }}>
                  {item.advice}
                </div>
              </div>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
