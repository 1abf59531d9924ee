/** Weight with one click up or down. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import type { BackendStatus } from '../../../shared/api/live.ts'
import { useBackendActions } from './use-backend-actions.ts'

export function WeightStepper({ pool, backend }: { pool: string; backend: BackendStatus }) {
  const actions = useBackendActions(pool)
  const step = (by: number) => void actions.setWeight(backend, Math.min(256, Math.max(0, backend.weight + by)))
  return (
    <fieldset
      style={{ display: 'inline-flex', alignItems: 'center', gap: 4, border: 0, margin: 0, padding: 0 }}
      aria-label={`Weight of ${backend.id}`}
    >
      <ActionIcon
        size="sm"
        variant="default"
        aria-label={`Lower the weight of ${backend.id}`}
        disabled={actions.pending || backend.weight === 0}
        onClick={() => step(-1)}
      >
        <IconMinus size={12} />
      </ActionIcon>
      <Tooltip
        label={backend.weight === 0 ? 'Weight 0: no new traffic' : 'Weight: share of the traffic relative to its peers'}
      >
        <strong style={{ minWidth: 22, textAlign: 'center', opacity: actions.pending ? 0.5 : 1 }}>
          {backend.weight}
        </strong>
      </Tooltip>
      <ActionIcon
        size="sm"
        variant="default"
        aria-label={`Raise the weight of ${backend.id}`}
        disabled={actions.pending || backend.weight === 256}
        onClick={() => step(1)}
      >
        <IconPlus size={12} />
      </ActionIcon>
    </fieldset>
  )
}
