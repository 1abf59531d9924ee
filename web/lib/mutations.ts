/** Changes of the configuration: nothing looks saved before the server says so, and everything can be undone for ten seconds. */
import { notifications } from '@mantine/notifications'
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
import { ApiProblem, api } from './api.ts'
import { problemWords } from './problem-words.ts'
import { keys } from './queries.ts'

const UNDO_MS = 10_000

/** Says what was refused, why, and what to do next. */
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

function refresh(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: keys.config })
  void client.invalidateQueries({ queryKey: keys.status })
}

/** What the toast looks like; the app gives it, because this file draws nothing. */
type ToastView = (toast: { text: string; revision: number; onUndo: () => void }) => ReactNode
let toastView: ToastView = ({ text }) => text

export function setToastView(view: ToastView): void {
  toastView = view
}

function offerUndo(client: QueryClient, answer: ChangeAnswer, words: string | undefined): void {
  if (answer.revision === answer.previous) {
    notifications.show({ message: 'Nothing changed.', autoClose: 4000 })
    return
  }
  const id = `revision-${answer.revision}`
  const undo = async () => {
    notifications.hide(id)
    try {
      const undone = await api<ChangeAnswer>('POST', `/revisions/${answer.previous}/restore`, undefined, {
        ifMatch: answer.revision,
      })
      notifications.show({ message: `Undone: revision ${undone.revision}.`, autoClose: 5000 })
    } catch (error) {
      const overtaken = error instanceof ApiProblem && error.status === 412
      if (overtaken)
        notifications.show({
          color: 'yellow',
          title: 'Not undone',
          message: 'Somebody changed something else meanwhile. Look at the events, then change it by hand.',
          autoClose: 15_000,
        })
      else showProblem(error)
    }
    refresh(client)
  }
  notifications.show({
    id,
    message: toastView({ text: words ?? answer.summary, revision: answer.revision, onUndo: () => void undo() }),
    autoClose: UNDO_MS,
    withCloseButton: true,
  })
}

export interface Change {
  /** Answers the server's answer, or undefined when it was refused (and said so). */
  run(action: () => Promise<ChangeAnswer | undefined>, words?: string): Promise<ChangeAnswer | undefined>
  pending: boolean
}

/** Runs one change at a time and offers Undo. */
export function useChange(): Change {
  const client = useQueryClient()
  const mutation = useMutation({ mutationFn: (action: () => Promise<ChangeAnswer | undefined>) => action() })
  return {
    pending: mutation.isPending,
    async run(action, words) {
      try {
        const answer = await mutation.mutateAsync(action)
        refresh(client)
        if (answer !== undefined) offerUndo(client, answer, words)
        return answer
      } catch (error) {
        showProblem(error)
        refresh(client)
        return undefined
      }
    },
  }
}
