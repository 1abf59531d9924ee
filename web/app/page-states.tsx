/** What a page shows while it loads and when it breaks. */
import { Skeleton, Stack } from '@mantine/core'
import { ErrorState } from '../components/error-state.tsx'

export function PagePending() {
  return (
    <Stack gap="md" aria-busy="true" aria-label="Loading">
      <Skeleton height={32} width={260} />
      <Skeleton height={88} />
      <Skeleton height={240} />
    </Stack>
  )
}

export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  return <ErrorState title="This page broke" error={error} onRetry={reset} />
}
