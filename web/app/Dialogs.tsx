/** Dialogs that any page may open by the address: `?add-backend=app`, `?remove-backend=app/app-2`, `?strategy=app`. */
import { useSearch } from '@tanstack/react-router'
import { Suspense } from 'react'
import { useDialogs } from '../lib/search.ts'
import { late } from './late.tsx'

const AddBackendDialog = late<{ pool: string; onClose: () => void }>('add-backend/AddBackendDialog')
const RemoveBackendDialog = late<{ pool: string; backend: string; onClose: () => void }>(
  'remove-backend/RemoveBackendDialog',
)
const StrategyDialog = late<{ pool: string; onClose: () => void }>('strategy/StrategyDialog')

export function Dialogs() {
  const search = useSearch({ strict: false })
  const { close } = useDialogs()
  const { 'add-backend': add, 'remove-backend': remove, strategy } = search
  const slash = remove?.indexOf('/') ?? -1
  return (
    <Suspense fallback={null}>
      {add !== undefined && <AddBackendDialog pool={add} onClose={close} />}
      {remove !== undefined && slash > 0 && (
        <RemoveBackendDialog pool={remove.slice(0, slash)} backend={remove.slice(slash + 1)} onClose={close} />
      )}
      {strategy !== undefined && <StrategyDialog pool={strategy} onClose={close} />}
    </Suspense>
  )
}
