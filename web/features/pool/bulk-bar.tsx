/** What can be done with all selected backends at once: one revision, one Undo. */
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { ChangeAnswer } from '../../../shared/api/bodies.ts'
import type { PoolStatus } from '../../../shared/api/live.ts'
import { api } from '../../lib/api.ts'
import { plural } from '../../lib/format.ts'
import { useChange } from '../../lib/mutations.ts'
import { mayTakeOut } from '../../lib/outage-guard.ts'
import { useConfig } from '../../lib/queries.ts'
import type { AdminState } from './use-backend-actions.ts'
import type { Selection } from './use-selection.ts'

export function BulkBar({ pool, selection }: { pool: PoolStatus; selection: Selection }) {
  const { run, pending } = useChange()
  const client = useQueryClient()
  const { data: config } = useConfig()
  const chosen = pool.backends.filter((backend) => selection.selected.has(backend.id))
  if (chosen.length === 0 || config === undefined)
    return <span className="ek-dim">{plural(pool.backends.length, 'backend')}</span>
  const set = async (adminState: AdminState) => {
    const ids = chosen.map((backend) => backend.id)
    if (
      adminState !== 'active' &&
      !(await mayTakeOut(client, pool.id, ids, adminState === 'draining' ? 'Drain' : 'Disable'))
    )
      return
    const pools = config.document.pools?.map((other) =>
      other.id !== pool.id
        ? other
        : {
            ...other,
            backends: other.backends?.map((backend) =>
              selection.selected.has(backend.id) ? { ...backend, adminState } : backend,
            ),
          },
    )
    await run(() => api<ChangeAnswer>('PUT', '/config', { ...config.document, pools }, { ifMatch: config.revision }))
    selection.clear()
  }
  return (
    <section style={{ display: 'flex', gap: 8, alignItems: 'center', flexWrap: 'wrap' }} aria-label="Selected backends">
      <strong>{chosen.length} selected</strong>
      <Button size="compact-sm" variant="default" disabled={pending} onClick={() => void set('draining')}>
        Drain
      </Button>
      <Button size="compact-sm" variant="default" disabled={pending} onClick={() => void set('disabled')}>
        Disable
      </Button>
      <Button size="compact-sm" variant="default" disabled={pending} onClick={() => void set('active')}>
        Activate
      </Button>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={selection.clear}>
        Clear
      </Button>
    </section>
  )
}
