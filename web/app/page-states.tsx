/** What a page shows while it loads and when it breaks. */
import { Skeleton, Stack } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ErrorState } from '../components/error-state.tsx'
import { ApiProblem } from '../lib/api.ts'
import { forgetMissing, lookAtOrigin, type Origin, PartMissing } from '../lib/parts.ts'

/** How often it is looked whether the balancer is there again, in milliseconds. */
const LOOK_MS = 2000

export function PagePending() {
  return (
    <Stack gap="md" aria-busy="true" aria-label="Loading">
      <Skeleton height={32} width={260} />
      <Skeleton height={88} />
      <Skeleton height={240} />
    </Stack>
  )
}

const problem = (title: string, detail: string) =>
  new ApiProblem({ type: 'about:blank', title, status: 0, code: 'part-missing', detail })

const words: Record<Origin, ApiProblem> = {
  unreachable: problem(
    'The balancer cannot be reached',
    'This page had not been loaded before. It appears by itself as soon as the balancer responds.',
  ),
  updated: problem('Evenkeel was updated', 'What is open here is of the version before. Reload the page to go on.'),
  same: problem('It did not come, although the balancer responds', 'Reload the page to go on.'),
}

/** A part of the page is missing: waits until the balancer is there again, and tries once by itself. */
function MissingPart({ reset }: { reset: () => void }) {
  const [origin, setOrigin] = useState<Origin>('unreachable')
  useEffect(() => {
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async () => {
      const found = await lookAtOrigin()
      if (over) return
      setOrigin(found)
      if (found === 'same' && !triedAgain) {
        triedAgain = true
        forgetMissing()
        return reset()
      }
      if (found === 'unreachable') {
        triedAgain = false
        timer = setTimeout(() => void look(), LOOK_MS)
      }
    }
    void look()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [reset])
  const again = () => {
    forgetMissing()
    reset()
  }
  const waiting = origin === 'unreachable'
  return (
    <ErrorState
      title="This page is not here yet"
      error={words[origin]}
      onRetry={waiting ? again : () => window.location.reload()}
      retryWords={waiting ? 'Try again' : 'Reload the page'}
    />
  )
}

/** Since the balancer was last missed: a browser may remember that a part did not come, and never ask again. */
let triedAgain = false

export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter()
  const again = () => {
    reset()
    void router.invalidate()
  }
  if (error instanceof PartMissing) return <MissingPart reset={again} />
  return <ErrorState title="This page broke" error={error} onRetry={again} />
}
