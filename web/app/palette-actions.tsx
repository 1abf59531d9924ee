/** The entries of the palette: what can be gone to and done. */
import type { SpotlightActionData } from '@mantine/spotlight'
import {
  IconActivity,
  IconArrowDownToArc,
  IconArrowsSplit,
  IconLayoutDashboard,
  IconLogout,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlus,
  IconSunMoon,
  IconTrash,
} from '@tabler/icons-react'
import type { BackendStatus, PoolStatus } from '../../shared/api/live.ts'
import { AvailabilityMark } from '../components/AvailabilityMark.tsx'
import { ConditionMark } from '../components/ConditionMark.tsx'
import { at } from '../lib/api.ts'
import type { Change } from '../lib/mutations.ts'

/** What the entries call. */
export interface Doer {
  overview(): void
  events(): void
  pool(pool: string, backend?: string): void
  add(pool: string): void
  remove(pool: string, backend: string): void
  strategy(pool: string): void
  change(change: Change): void
  scheme(): void
  signOut(): void
}

const icon = { size: 16, stroke: 1.8 }

export function pageActions(doer: Doer): SpotlightActionData[] {
  return [
    { id: 'overview', label: 'Overview', leftSection: <IconLayoutDashboard {...icon} />, onClick: doer.overview },
    { id: 'events', label: 'Events', leftSection: <IconActivity {...icon} />, onClick: doer.events },
    { id: 'scheme', label: 'Switch light and dark', leftSection: <IconSunMoon {...icon} />, onClick: doer.scheme },
    { id: 'sign-out', label: 'Sign out', leftSection: <IconLogout {...icon} />, onClick: doer.signOut },
  ]
}

export function poolActions(pool: PoolStatus, doer: Doer): SpotlightActionData[] {
  const { id } = pool
  return [
    {
      id: `pool:${id}`,
      label: id,
      description: `Pool · ${pool.strategy} · ${pool.backends.length} backends`,
      leftSection: <ConditionMark condition={pool.condition} iconOnly />,
      onClick: () => doer.pool(id),
    },
    {
      id: `add:${id}`,
      label: `Add backend to ${id}`,
      keywords: ['new', 'server'],
      leftSection: <IconPlus {...icon} />,
      onClick: () => doer.add(id),
    },
    {
      id: `strategy:${id}`,
      label: `Switch strategy of ${id}`,
      description: `Now ${pool.strategy}`,
      keywords: ['least connections', 'round robin', 'hash', 'algorithm'],
      leftSection: <IconArrowsSplit {...icon} />,
      onClick: () => doer.strategy(id),
    },
  ]
}

function stateActions(pool: string, backend: BackendStatus, doer: Doer): SpotlightActionData[] {
  const set = (adminState: BackendStatus['adminState']) => () =>
    doer.change({ method: 'PATCH', path: at('pools', pool, 'backends', backend.id), body: { adminState } })
  const entry = (
    verb: string,
    state: BackendStatus['adminState'],
    leftSection: SpotlightActionData['leftSection'],
  ) => ({
    id: `${state}:${pool}/${backend.id}`,
    label: `${verb} ${backend.id}`,
    description: `in ${pool}`,
    leftSection,
    onClick: set(state),
  })
  return [
    entry('Drain', 'draining', <IconArrowDownToArc {...icon} />),
    entry('Enable', 'active', <IconPlayerPlay {...icon} />),
    entry('Disable', 'disabled', <IconPlayerPause {...icon} />),
  ].filter((one) => !one.id.startsWith(`${backend.adminState}:`))
}

export function backendActions(pool: PoolStatus, doer: Doer): SpotlightActionData[] {
  return pool.backends.flatMap((backend) => [
    {
      id: `backend:${pool.id}/${backend.id}`,
      label: backend.id,
      description: `${backend.address} in ${pool.id} · ${backend.availability}`,
      leftSection: <AvailabilityMark availability={backend.availability} slowStart={backend.slowStart} iconOnly />,
      onClick: () => doer.pool(pool.id, backend.id),
    },
    ...(backend.drain?.removed ? [] : stateActions(pool.id, backend, doer)),
    {
      id: `remove:${pool.id}/${backend.id}`,
      label: `Remove ${backend.id}`,
      description: `from ${pool.id}`,
      leftSection: <IconTrash {...icon} />,
      onClick: () => doer.remove(pool.id, backend.id),
    },
  ])
}
