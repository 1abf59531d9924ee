/** Something could not be loaded: what, why, and a way to try again. */
import { Alert, Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { problemWords } from '../lib/problem-words.ts'

export interface ErrorStateProps {
  /** What cannot be shown. */
  title: string
  error: unknown
  onRetry?: () => void
  /** What the button says; absent: "Try again". */
  retryWords?: string
}

export function ErrorState({ title, error, onRetry, retryWords = 'Try again' }: ErrorStateProps) {
  const words = problemWords(error)
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={title} role="alert">
      <p style={{ margin: '0 0 8px' }}>
        {words.title !== undefined && words.title !== words.detail && `${words.title.replace(/[.]$/, '')}. `}
        {words.detail}
      </p>
      {words.technical !== undefined && (
        <details style={{ margin: '0 0 8px' }}>
          <summary>Details for a report</summary>
          <code style={{ overflowWrap: 'anywhere' }}>{words.technical}</code>
        </details>
      )}
      {onRetry !== undefined && (
        <Button size="xs" variant="default" onClick={onRetry}>
          {retryWords}
        </Button>
      )}
    </Alert>
  )
}
