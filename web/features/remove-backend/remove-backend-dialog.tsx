/** Removes a backend without cutting anyone off: it finishes what it has, and this says when it is safe to stop. */
import { Alert, Button, Modal, Stack } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import type { ChangeAnswer } from '../../../shared/api/bodies.ts'
import { outageOf } from '../../../shared/outage.ts'
import { CopyCurl } from '../../components/copy-curl.tsx'
import { api } from '../../lib/api.ts'
import { count, duration, plural } from '../../lib/format.ts'
import { useStatus } from '../../lib/live.ts'
import { useChange } from '../../lib/mutations.ts'
import { showProblem } from '../../lib/show-problem.ts'

export function RemoveBackendDialog({
  pool: poolId,
  backend: id,
  onClose,
}: {
  pool: string
  backend: string
  onClose: () => void
}) {
  const pool = useStatus()?.pools.find((other) => other.id === poolId)
  const backend = pool?.backends.find((other) => other.id === id)
  const { run, pending } = useChange()
  const drain = backend?.drain?.removed ? backend.drain : null
  const outage = pool && outageOf(pool, [id])
  const remove = () => void run(() => api<ChangeAnswer>('DELETE', `/pools/${poolId}/backends/${id}`))
  const removeNow = () => void api('DELETE', `/pools/${poolId}/backends/${id}?drain=false`).catch(showProblem)
  const gone = backend === undefined || drain?.safeToStop === true
  return (
    <Modal
      opened
      onClose={onClose}
      title={drain === null && !gone ? `Remove ${id}` : `${id} is removed`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        {gone ? (
          <Alert color="teal" variant="light" icon={<IconCircleCheck size={20} />} title="Safe to stop">
            Nothing is in flight to {id} any more.
          </Alert>
        ) : drain === null ? (
          <>
            {outage !== undefined && (
              <Alert
                color="orange"
                variant="light"
                icon={<IconAlertTriangle size={20} />}
                title="No other backend takes traffic"
              >
                {outage}
              </Alert>
            )}
            <p style={{ margin: 0 }}>
              It gets nothing new from now on and finishes what it has:{' '}
              {plural(backend.inFlight - backend.tunnels, 'request')} and {plural(backend.tunnels, 'WebSocket')} now.
            </p>
            <div style={{ display: 'flex', justifyContent: 'space-between', gap: 8 }}>
              <CopyCurl call={{ method: 'DELETE', path: `/pools/${poolId}/backends/${id}` }} />
              <Button color={outage === undefined ? undefined : 'red'} loading={pending} onClick={remove}>
                {outage === undefined ? 'Remove and drain' : 'Remove it anyway'}
              </Button>
            </div>
          </>
        ) : (
          <>
            <dl className="ek-nums" style={{ gridTemplateColumns: 'repeat(3, 1fr)' }} aria-live="polite">
              <div>
                <dt>Requests left</dt>
                <dd style={{ fontSize: 24 }}>{count(drain.requests)}</dd>
              </div>
              <div>
                <dt>WebSockets left</dt>
                <dd style={{ fontSize: 24 }}>{count(drain.tunnels)}</dd>
              </div>
              <div>
                <dt>Cut in</dt>
                <dd style={{ fontSize: 24 }}>
                  {drain.deadline === null ? 'never' : duration(drain.deadline - Date.now())}
                </dd>
              </div>
            </dl>
            <div style={{ display: 'flex', justifyContent: 'flex-end', gap: 8 }}>
              <Button variant="default" onClick={removeNow}>
                Remove now
              </Button>
            </div>
          </>
        )}
      </Stack>
    </Modal>
  )
}
