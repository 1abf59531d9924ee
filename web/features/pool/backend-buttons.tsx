/** Drain, disable, test, remove: what can be done with one backend, as buttons of a card or as the menu of a row. */
import { ActionIcon, Button, Menu } from '@mantine/core'
import {
  IconDots,
  IconPlayerPause,
  IconPlayerPlay,
  IconStethoscope,
  IconTransferOut,
  IconTrash,
} from '@tabler/icons-react'
import { useState } from 'react'
import type { BackendStatus } from '../../../shared/api/live.ts'
import { TestDialog } from './test-dialog.tsx'
import { type AdminState, useBackendActions } from './use-backend-actions.ts'

const states = {
  draining: { word: 'Drain', Icon: IconTransferOut },
  disabled: { word: 'Disable', Icon: IconPlayerPause },
  active: { word: 'Activate', Icon: IconPlayerPlay },
} as const

/** Where a backend can go from where it is. */
const ways: Record<AdminState, readonly AdminState[]> = {
  active: ['draining', 'disabled'],
  draining: ['active', 'disabled'],
  disabled: ['active'],
}

interface Action {
  word: string
  Icon: typeof IconDots
  run: () => void
  red?: boolean
}

function useActions(pool: string, backend: BackendStatus) {
  const actions = useBackendActions(pool)
  const [testing, setTesting] = useState(false)
  const list: Action[] = [
    ...ways[backend.adminState].map((to) => ({ ...states[to], run: () => void actions.setState(backend, to) })),
    { word: 'Test', Icon: IconStethoscope, run: () => setTesting(true) },
    { word: 'Remove', Icon: IconTrash, run: () => actions.remove(backend.id), red: true },
  ]
  const dialog = testing && <TestDialog pool={pool} backend={backend.id} onClose={() => setTesting(false)} />
  return { list, dialog, pending: actions.pending }
}

export function BackendButtons({ pool, backend }: { pool: string; backend: BackendStatus }) {
  const { list, dialog, pending } = useActions(pool, backend)
  return (
    <>
      {list.map(({ word, Icon, run, red }) => (
        <Button
          key={word}
          size="compact-sm"
          variant="subtle"
          color="gray"
          disabled={pending}
          leftSection={<Icon size={14} />}
          onClick={run}
          aria-label={`${word} ${backend.id}`}
          style={red ? { marginLeft: 'auto' } : undefined}
        >
          {word}
        </Button>
      ))}
      {dialog}
    </>
  )
}

export function BackendMenu({ pool, backend }: { pool: string; backend: BackendStatus }) {
  const { list, dialog, pending } = useActions(pool, backend)
  return (
    <>
      <Menu position="bottom-end" width={160} withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Actions of ${backend.id}`} disabled={pending}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {list.map(({ word, Icon, run, red }) => (
            <Menu.Item
              key={word}
              leftSection={<Icon size={16} />}
              onClick={run}
              color={red ? 'red' : undefined}
              aria-label={`${word} ${backend.id}`}
            >
              {word}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {dialog}
    </>
  )
}
