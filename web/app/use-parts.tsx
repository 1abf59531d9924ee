/** Fetches the other parts of the page while there is time, and tells when they are of another version than the balancer. */
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useEffect, useRef } from 'react'
import { loadAllParts, lookAtOrigin } from '../lib/parts.ts'

/** Where a browser cannot tell when it is idle, this is late enough. Milliseconds. */
const LATER_MS = 2000

function whenIdle(then: () => void): () => void {
  if (typeof window.requestIdleCallback === 'function') {
    const id = window.requestIdleCallback(then, { timeout: LATER_MS })
    return () => window.cancelIdleCallback(id)
  }
  const timer = setTimeout(then, LATER_MS)
  return () => clearTimeout(timer)
}

async function tellIfUpdated(): Promise<void> {
  if ((await lookAtOrigin()) !== 'updated') return
  notifications.show({
    id: 'updated',
    title: 'Evenkeel was updated',
    message: (
      <Button size="xs" mt={4} onClick={() => window.location.reload()}>
        Reload the page
      </Button>
    ),
    autoClose: false,
  })
}

/** `boot` names the start of the balancer that is heard; `lost`: it is not heard at present. */
export function useParts(boot: string | undefined, lost: boolean): void {
  const first = useRef<string>(undefined)
  const heard = boot !== undefined && !lost
  useEffect(() => (heard ? whenIdle(() => void loadAllParts()) : undefined), [heard])
  useEffect(() => {
    if (boot === undefined) return
    first.current ??= boot
    if (first.current !== boot) void tellIfUpdated()
    first.current = boot
  }, [boot])
}
