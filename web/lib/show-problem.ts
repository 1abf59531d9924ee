/** Says what was refused, why, and what to do next. */
import { notifications } from '@mantine/notifications'
import { problemWords } from './problem-words.ts'

export function showProblem(error: unknown): void {
  const { title, detail, issues, technical } = problemWords(error)
  notifications.show({
    color: 'red',
    title: title ?? 'That did not work',
    message: [detail, ...issues, technical].filter(Boolean).join('\n'),
    autoClose: 15_000,
    withCloseButton: true,
    style: { whiteSpace: 'pre-line' },
  })
}
