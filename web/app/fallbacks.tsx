/** What stands where a page is not there: loading, failed, unknown. */
import { Anchor, Skeleton } from '@mantine/core'
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorNote } from '../components/ErrorNote.tsx'
import styles from './shell.module.css'

export function PageLoading() {
  return (
    <div className={styles.loading} aria-busy="true">
      <span className="visually-hidden" role="status">
        Loading
      </span>
      <Skeleton height={28} width={240} radius={6} />
      <Skeleton height={88} radius={8} />
      <Skeleton height={240} radius={8} />
    </div>
  )
}

/** Anything may be thrown; what is shown is an error. */
function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

export function PageFailed({ error, reset }: ErrorComponentProps) {
  return <ErrorNote error={errorOf(error)} retry={reset} />
}

/** The page could not even ask who is signed in. */
export function StartFailed({ error }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <main className={styles.alone}>
      <ErrorNote error={errorOf(error)} retry={() => void router.invalidate()} />
    </main>
  )
}

export function NotFound() {
  return (
    <main className={styles.alone}>
      <EmptyState
        title="There is no such page"
        action={
          <Anchor component={Link} to="/">
            Go to the overview
          </Anchor>
        }
      >
        The address may be mistyped, or what it names was removed.
      </EmptyState>
    </main>
  )
}
