/** Nothing to show yet: what to do, with the exact command. */
import { Button } from '@mantine/core'
import { EmptyState } from '../../components/empty-state.tsx'
import { useStatus } from '../../lib/live.ts'
import type { Filter } from './filter.ts'

/** Address of a listener as this browser's machine reaches it: one that listens everywhere is asked where the page came from. */
export function listenerUrl(address: string, host = window.location.hostname): string {
  const port = address.slice(address.lastIndexOf(':'))
  const everywhere = address.startsWith('0.0.0.0:') || address.startsWith('[::]:') || address.startsWith('*:')
  return `http://${everywhere ? host + port : address}/`
}

export function NoRequests({ filter, onClear }: { filter: Filter; onClear: () => void }) {
  const listener = useStatus()?.listeners.find(({ condition }) => condition === 'listening')
  if (!filter.empty) {
    return (
      <EmptyState
        title="No logged request fits the filter"
        action={
          <Button size="xs" variant="default" onClick={onClear}>
            Clear the filter
          </Button>
        }
      >
        The next one that fits appears here by itself.
      </EmptyState>
    )
  }
  if (listener === undefined) {
    return (
      <EmptyState title="No listener is listening">
        Requests appear here as soon as one is. The overview says what keeps it from listening.
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No request has been logged yet" command={`curl -i ${listenerUrl(listener.address)}`}>
      Send one to listener {listener.id}; it appears here at once, with the backend that was chosen and why.
    </EmptyState>
  )
}
