/** What can be done with a backend, each one API call. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ChangeAnswer } from '../../../shared/api/bodies.ts'
import type { BackendStatus } from '../../../shared/api/live.ts'
import { api } from '../../lib/api.ts'
import { useChange } from '../../lib/mutations.ts'
import { mayTakeOut } from '../../lib/outage-guard.ts'
import type { Step } from '../../lib/undo.ts'

export type AdminState = 'active' | 'draining' | 'disabled'

const verbs = { draining: 'Drain', disabled: 'Disable' } as const

export function useBackendActions(pool: string) {
  const { run, pending } = useChange()
  const client = useQueryClient()
  const navigate = useNavigate()
  const patch = (id: string, body: object, step: Step) =>
    run(() => api<ChangeAnswer>('PATCH', `/pools/${pool}/backends/${id}`, body), { step })
  return {
    pending,
    async setState({ id, adminState: from }: BackendStatus, adminState: AdminState) {
      if (adminState !== 'active' && !(await mayTakeOut(client, pool, [id], verbs[adminState]))) return
      await patch(id, { adminState }, { subject: `${pool} / ${id}`, from, to: adminState })
    },
    async setWeight({ id, weight: from }: BackendStatus, weight: number) {
      if (weight === 0 && !(await mayTakeOut(client, pool, [id], 'Weight 0 for'))) return
      await patch(id, { weight }, { subject: `Weight of ${pool} / ${id}`, from, to: weight })
    },
    remove: (id: string) =>
      void navigate({
        to: '.',
        search: (before) => ({ ...before, dialog: 'remove-backend' as const, in: pool, backend: id }),
        resetScroll: false,
      }),
  }
}
