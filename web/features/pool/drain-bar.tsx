/** What is left of a draining backend, and how long it may take. */
import { Button } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { useState } from 'react'
import type { DrainStatus } from '../../../shared/api/live.ts'
import { api } from '../../lib/api.ts'
import { duration, plural } from '../../lib/format.ts'
import { showProblem } from '../../lib/show-problem.ts'

/** "2 requests and 1 WebSocket left". */
export function whatIsLeft(drain: DrainStatus): string {
  const parts = []
  if (drain.requests > 0 || drain.tunnels === 0) parts.push(plural(drain.requests, 'request'))
  if (drain.tunnels > 0) parts.push(plural(drain.tunnels, 'WebSocket'))
  return `${parts.join(' and ')} left`
}

export function DrainBar({ pool, backend, drain }: { pool: string; backend: string; drain: DrainStatus }) {
  const [busy, setBusy] = useState(false)
  const now = Date.now()
  const whole = drain.deadline === null ? null : drain.deadline - drain.since
  const left = drain.deadline === null ? null : Math.max(0, drain.deadline - now)
  const cut = async () => {
    setBusy(true)
    await api('DELETE', `/pools/${pool}/backends/${backend}?drain=false`).catch(showProblem)
    setBusy(false)
  }
  if (drain.safeToStop) {
    return (
      <div className="ek-mark" data-tone="good" role="status">
        <IconCircleCheck size={18} aria-hidden /> Nothing is left: safe to stop
      </div>
    )
  }
  return (
    <div role="status">
      <div
        style={{
          display: 'flex',
          justifyContent: 'space-between',
          gap: 8,
          alignItems: 'center',
          fontSize: 13,
          marginBottom: 6,
        }}
      >
        <span>
          {whatIsLeft(drain)}
          {left !== null && <span className="ek-dim"> · cut in {duration(left)}</span>}
        </span>
        {drain.removed && (
          <Button size="compact-xs" variant="default" loading={busy} onClick={() => void cut()}>
            Remove now
          </Button>
        )}
      </div>
      {whole !== null && left !== null && (
        <div className="ek-bar">
          <span style={{ width: `${whole === 0 ? 0 : (left / whole) * 100}%` }} />
        </div>
      )}
    </div>
  )
}
