/** What a person should look at, each with what to do. Absent when there is nothing. */
import { IconAlertTriangle, IconExclamationCircle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Attention } from '../../../shared/api/live.ts'
import { Panel } from '../../components/panel.tsx'

export function AttentionList({ items }: { items: readonly Attention[] }) {
  if (items.length === 0) return null
  return (
    <Panel title="Needs attention" flush>
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
                <strong style={{ fontWeight: 600 }}>
                  {item.pool === undefined ? (
                    item.title
                  ) : (
                    <Link to="/pools/$pool" params={{ pool: item.pool }} style={{ color: 'inherit' }}>
                      {item.title}
                    </Link>
                  )}
                </strong>
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
