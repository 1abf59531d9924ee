/** Dialogs that any page can open through its address: `?dialog=add-backend&in=app`. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'

const AddBackendDialog = lazy(async () => ({
  default: (await import('../features/add-backend/add-backend-dialog.tsx')).AddBackendDialog,
}))
const RemoveBackendDialog = lazy(async () => ({
  default: (await import('../features/remove-backend/remove-backend-dialog.tsx')).RemoveBackendDialog,
}))
const StrategyDialog = lazy(async () => ({
  default: (await import('../features/strategy/strategy-dialog.tsx')).StrategyDialog,
}))

export function Dialogs() {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const { dialog, in: pool, backend } = search
  if (dialog === undefined || pool === undefined) return null
  const onClose = () =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, dialog: undefined, in: undefined, backend: undefined }),
      replace: true,
      resetScroll: false,
    })
  return (
    <Suspense fallback={null}>
      {dialog === 'add-backend' && <AddBackendDialog pool={pool} onClose={onClose} />}
      {dialog === 'strategy' && <StrategyDialog pool={pool} onClose={onClose} />}
      {dialog === 'remove-backend' && backend !== undefined && (
        <RemoveBackendDialog pool={pool} backend={backend} onClose={onClose} />
      )}
    </Suspense>
  )
}
