/** Tries a backend now, as its health check does, and shows each step. */
import { Button, Code, Modal, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ProbeAnswer } from '../../../shared/api/bodies.ts'
import { ErrorState } from '../../components/error-state.tsx'
import { ProbeSteps } from '../../components/probe-steps.tsx'
import { api } from '../../lib/api.ts'

export interface TestDialogProps {
  pool: string
  backend: string
  onClose: () => void
}

export function TestDialog({ pool, backend, onClose }: TestDialogProps) {
  const test = useQuery({
    queryKey: ['test', pool, backend],
    queryFn: () => api<ProbeAnswer>('POST', `/pools/${pool}/backends/${backend}/probe`),
    retry: false,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const answer = test.isFetching ? undefined : test.data
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={`Test of ${pool} / ${backend}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        {test.isError && !test.isFetching ? (
          <ErrorState title="The test could not be made" error={test.error} />
        ) : (
          <>
            <strong role="status">
              {answer === undefined ? 'Testing…' : answer.passed ? 'It passes its health check' : 'It fails'}
            </strong>
            <ProbeSteps answer={answer} list />
          </>
        )}
        {answer?.bodyStart !== undefined && (
          <div>
            <div className="ek-dim" style={{ fontSize: 12, marginBottom: 4 }}>
              Start of the response
            </div>
            <Code block tabIndex={0} aria-label="Start of the response" style={{ whiteSpace: 'pre-wrap' }}>
              {answer.bodyStart === '' ? '(empty)' : answer.bodyStart}
            </Code>
          </div>
        )}
        <div className="ek-actions">
          <Button variant="default" loading={test.isFetching} onClick={() => void test.refetch()}>
            Test again
          </Button>
          <span className="ek-dim" style={{ fontSize: 12 }}>
            The result counts for the health of the backend.
          </span>
        </div>
      </Stack>
    </Modal>
  )
}
