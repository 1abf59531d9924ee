/** Dialogs that any page can open through its address: `?dialog=add-backend&in=app`; without `in` the pool is asked for. */
import { Modal } from '@mantine/core'
import { CatchBoundary, useNavigate, useSearch } from '@tanstack/react-router'
import { Suspense } from 'react'
import { part } from '../lib/parts.ts'
import { PageError } from './page-states.tsx'

const AddBackendDialog = part(
  async () => (await import('../features/add-backend/add-backend-dialog.tsx')).AddBackendDialog,
)
const RemoveBackendDialog = part(
  async () => (await import('../features/remove-backend/remove-backend-dialog.tsx')).RemoveBackendDialog,
)
const StrategyDialog = part(async () => (await import('../features/strategy/strategy-dialog.tsx')).StrategyDialog)

export function Dialogs() {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const { dialog, in: pool, backend } = search
  if (dialog === undefined) return null
  const onClose = () =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, dialog: undefined, in: undefined, backend: undefined }),
      replace: true,
      resetScroll: false,
    })
  return (
    <CatchBoundary
      getResetKey={() => `${dialog} ${pool} ${backend}`}
      errorComponent={(failure) => (
        <Modal opened onClose={onClose} title="Not available" closeButtonProps={{ 'aria-label': 'Close' }}>
          <PageError {...failure} />
        </Modal>
      )}
    >
      <Suspense fallback={null}>
        {dialog === 'add-backend' && <AddBackendDialog pool={pool} onClose={onClose} />}
        {dialog === 'strategy' && pool !== undefined && <StrategyDialog pool={pool} onClose={onClose} />}
        {dialog === 'remove-backend' && pool !== undefined && backend !== undefined && (
          <RemoveBackendDialog pool={pool} backend={backend} onClose={onClose} />
        )}
      </Suspense>
    </CatchBoundary>
  )
}
