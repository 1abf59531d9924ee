/** Ctrl K: go to anything, do the common things. */
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import {
  IconActivity,
  IconArrowsShuffle,
  IconCircleX,
  IconListSearch,
  IconPlus,
  IconSearch,
  IconServer2,
  IconStack2,
  IconTransferOut,
} from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
import type { BackendStatus } from '../../shared/api/live.ts'
import { api } from '../lib/api.ts'
import { useStatus } from '../lib/live.ts'
import { useChange } from '../lib/mutations.ts'
import { mayTakeOut } from '../lib/outage-guard.ts'

export function Palette() {
  const status = useStatus()
  const navigate = useNavigate()
  const { run } = useChange()
  const client = useQueryClient()
  const open = (dialog: 'add-backend' | 'strategy', pool: string) =>
    void navigate({ to: '/pools/$pool', params: { pool }, search: { dialog, in: pool } })
  const drain = async (pool: string, { id, adminState: from }: BackendStatus) => {
    const to = from === 'draining' ? 'active' : 'draining'
    if (to === 'draining' && !(await mayTakeOut(client, pool, [id], 'Drain'))) return
    const change = () => api<ChangeAnswer>('PATCH', `/pools/${pool}/backends/${id}`, { adminState: to })
    await run(change, { step: { subject: `${pool} / ${id}`, from, to } })
  }
  const pages: SpotlightActionData[] = [
    {
      id: 'requests',
      label: 'Go to requests',
      leftSection: <IconListSearch size={18} />,
      onClick: () => void navigate({ to: '/requests' }),
    },
    {
      id: 'requests-errors',
      label: 'Show requests that failed',
      leftSection: <IconCircleX size={18} />,
      onClick: () => void navigate({ to: '/requests', search: { q: 'status:5xx' } }),
    },
    {
      id: 'events',
      label: 'Go to events',
      leftSection: <IconActivity size={18} />,
      onClick: () => void navigate({ to: '/events' }),
    },
  ]
  const ofPools: SpotlightActionData[] = (status?.pools ?? []).flatMap((pool) => [
    {
      id: `pool-${pool.id}`,
      label: `Go to pool ${pool.id}`,
      leftSection: <IconStack2 size={18} />,
      onClick: () => void navigate({ to: '/pools/$pool', params: { pool: pool.id } }),
    },
    {
      id: `add-${pool.id}`,
      label: `Add a backend to ${pool.id}`,
      leftSection: <IconPlus size={18} />,
      onClick: () => open('add-backend', pool.id),
    },
    {
      id: `strategy-${pool.id}`,
      label: `Switch the strategy of ${pool.id}`,
      leftSection: <IconArrowsShuffle size={18} />,
      onClick: () => open('strategy', pool.id),
    },
    ...pool.backends.flatMap((backend) => [
      {
        id: `go-${pool.id}-${backend.id}`,
        label: `${pool.id} / ${backend.id}`,
        description: backend.address,
        leftSection: <IconServer2 size={18} />,
        onClick: () => void navigate({ to: '/pools/$pool', params: { pool: pool.id } }),
      },
      {
        id: `drain-${pool.id}-${backend.id}`,
        label: `${backend.adminState === 'draining' ? 'Activate' : 'Drain'} ${pool.id} / ${backend.id}`,
        leftSection: <IconTransferOut size={18} />,
        onClick: () => void drain(pool.id, backend),
      },
    ]),
  ])
  return (
    <Spotlight
      actions={[...ofPools, ...pages]}
      shortcut="mod + K"
      limit={12}
      nothingFound="No results"
      highlightQuery
      scrollable
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: 'Go to a pool or backend, drain, switch…',
        'aria-label': 'Search and commands',
      }}
    />
  )
}
