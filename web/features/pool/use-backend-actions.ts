/** What can be done with a backend, each one API call. */
import { useNavigate } from '@tanstack/react-router'
import type { ChangeAnswer } from '../../../shared/api/bodies.ts'
import { api } from '../../lib/api.ts'
import { useChange } from '../../lib/mutations.ts'

export type AdminState = 'active' | 'draining' | 'disabled'

export function useBackendActions(pool: string) {
  const { run, pending } = useChange()
  const navigate = useNavigate()
  const patch = (id: string, body: object) =>
    run(() => api<ChangeAnswer>('PATCH', `/pools/${pool}/backends/${id}`, body))
  return {
    pending,
    setState: (id: string, adminState: AdminState) => patch(id, { adminState }),
    setWeight: (id: string, weight: number) => patch(id, { weight }),
    remove: (id: string) =>
      void navigate({
        to: '.',
        search: (before) => ({ ...before, dialog: 'remove-backend' as const, in: pool, backend: id }),
        resetScroll: false,
      }),
  }
}
