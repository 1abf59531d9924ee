/** What was refused or failed, why, and what to do next; with a button to try again. */
import { Button } from '@mantine/core'
import { ApiProblem } from '../lib/api.ts'
import { Mark } from './MarkIcon.tsx'
import styles from './states.module.css'

export interface ErrorNoteProps {
  error: Error
  retry?: () => void
  plain?: boolean
}

export function ErrorNote({ error, retry, plain }: ErrorNoteProps) {
  const problem = error instanceof ApiProblem ? error : undefined
  return (
    <div className={`${styles.note} ${plain ? styles.plain : ''}`} role="alert">
      <Mark shape="triangle" tone="bad">
        {problem?.title ?? 'This part of the page failed'}
      </Mark>
      <p>{error.message}</p>
      {problem && problem.issues.length > 0 && (
        <ul className={styles.issues}>
          {problem.issues.map((issue) => (
            <li key={`${issue.path} ${issue.message}`}>
              <code>{issue.path}</code> {issue.message}
            </li>
          ))}
        </ul>
      )}
      {retry && (
        <Button variant="default" size="xs" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}
