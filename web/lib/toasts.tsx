/** The few toasts there are: changed (with Undo), undone, refused. */
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { ApiProblem } from './api.ts'

/** How long Undo is offered, milliseconds. */
export const UNDO_MS = 10_000
const READ_MS = 5000
const PROBLEM_MS = 12_000

/** Says what is saved and offers Undo; only one such offer stands at a time. */
export function showChanged(summary: string, undo: () => void): void {
  const id = 'changed'
  notifications.hide(id)
  const run = () => {
    notifications.hide(id)
    undo()
  }
  notifications.show({
    id,
    autoClose: UNDO_MS,
    withAutoCloseProgress: true,
    'data-kind': 'saved',
    message: (
      <span className="ek-toast">
        <span>{summary}</span>
        <Button size="compact-sm" variant="default" onClick={run}>
          Undo
        </Button>
      </span>
    ),
  })
}

export function showUndone(summary: string, revision: number): void {
  notifications.show({ autoClose: READ_MS, message: `Undone: ${summary} (revision ${revision})` })
}

/** Says something in passing. */
export function showNote(message: string): void {
  notifications.show({ autoClose: READ_MS, message })
}

/** Says what was refused, why, and what to do next. */
export function showProblem(title: string, cause: unknown): void {
  const text = cause instanceof Error ? cause.message : String(cause)
  const issues = cause instanceof ApiProblem ? cause.issues : []
  notifications.show({
    autoClose: PROBLEM_MS,
    'data-kind': 'problem',
    title,
    message: (
      <>
        {text}
        {issues.map((issue) => (
          <span key={`${issue.path} ${issue.message}`} className="ek-toast-issue">
            <code>{issue.path}</code> {issue.message}
          </span>
        ))}
      </>
    ),
  })
}
