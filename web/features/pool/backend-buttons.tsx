/** Drain, disable, test, remove: what can be done with one backend. */
import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconStethoscope, IconTransferOut, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { BackendStatus } from '../../../shared/api/live.ts'
import { TestDialog } from './test-dialog.tsx'
import { useBackendActions } from './use-backend-actions.ts'

export function BackendButtons({
  pool,
  backend,
  compact = false,
}: {
  pool: string
  backend: BackendStatus
  compact?: boolean
}) {
  const actions = useBackendActions(pool)
  const [testing, setTesting] = useState(false)
  const { id, adminState } = backend
  const common = { size: 'compact-sm', variant: 'subtle', color: 'gray', disabled: actions.pending } as const
  const label = (word: string) => `${word} ${id}`
  return (
    <>
      {adminState === 'active' ? (
        <>
          <Button
            {...common}
            leftSection={compact ? undefined : <IconTransferOut size={14} />}
            onClick={() => void actions.setState(id, 'draining')}
            aria-label={label('Drain')}
          >
            Drain
          </Button>
          {!compact && (
            <Button
              {...common}
              leftSection={<IconPlayerPause size={14} />}
              onClick={() => void actions.setState(id, 'disabled')}
              aria-label={label('Disable')}
            >
              Disable
            </Button>
          )}
        </>
      ) : (
        <Button
          {...common}
          leftSection={compact ? undefined : <IconPlayerPlay size={14} />}
          onClick={() => void actions.setState(id, 'active')}
          aria-label={label('Activate')}
        >
          Activate
        </Button>
      )}
      <Button
        {...common}
        leftSection={compact ? undefined : <IconStethoscope size={14} />}
        onClick={() => setTesting(true)}
        aria-label={label('Test')}
      >
        Test
      </Button>
      {testing && <TestDialog pool={pool} backend={id} onClose={() => setTesting(false)} />}
      <Button
        {...common}
        leftSection={compact ? undefined : <IconTrash size={14} />}
        onClick={() => actions.remove(id)}
        aria-label={label('Remove')}
        style={{ marginLeft: compact ? 0 : 'auto' }}
      >
        Remove
      </Button>
    </>
  )
}
