/**
 * Undo toasts. A change can be taken back for ten seconds, also behind later ones. Steps of one field become one toast; a toast whose
 * change has been overtaken says so instead of offering what would be refused.
 */
import { notifications } from '@mantine/notifications'
import type { QueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ChangeAnswer, UndoCheck } from '../../shared/api/bodies.ts'
import { api } from './api.ts'
import { refreshConfig } from './queries.ts'
import { showProblem } from './show-problem.ts'

/** How long Undo is offered, in milliseconds. */
const UNDO_MS = 10_000
/** Toasts at once; past it the oldest goes, never the newest. */
const MOST = 4

/** One step of one value; steps of the same subject become one. */
export interface Step {
  /** "Weight of shop / api-1". */
  subject: string
  from: string | number
  to: string | number
}

export interface ToastFacts {
  text: string
  /** The newest revision it stands for. */
  revision: number
  /** Why Undo is not possible any more; '' while it is. */
  overtaken: string
  onUndo: () => void
}

interface OpenToast {
  id: string
  text: string
  step: Step | undefined
  revisions: number[]
  overtaken: string
}

/** What a toast looks like; the app gives it, because this file draws nothing. */
let toastView: (facts: ToastFacts) => ReactNode = ({ text }) => text

export function setToastView(view: (facts: ToastFacts) => ReactNode): void {
  toastView = view
}

/** Oldest first. */
const open = new Map<string, OpenToast>()

const textOf = ({ subject, from, to }: Step) => `${subject}: ${from} → ${to}`

function draw(client: QueryClient, toast: OpenToast) {
  return {
    id: toast.id,
    message: toastView({
      text: toast.text,
      revision: toast.revisions.at(-1) as number,
      overtaken: toast.overtaken,
      onUndo: () => void undo(client, toast),
    }),
    autoClose: UNDO_MS,
    withCloseButton: true,
    onClose: () => void open.delete(toast.id),
  }
}

async function undo(client: QueryClient, toast: OpenToast): Promise<void> {
  close(toast)
  try {
    const undone = await api<ChangeAnswer>('POST', '/revisions/undo', { revisions: toast.revisions })
    notifications.show({ message: `Undone: ${toast.text}. Saved as revision ${undone.revision}.`, autoClose: 5000 })
  } catch (error) {
    showProblem(error)
  }
  refreshConfig(client)
  void recheck(client)
}

function close(toast: OpenToast): void {
  open.delete(toast.id)
  notifications.hide(toast.id)
}

/** Asks for every toast whether its change can still be taken back. */
async function recheck(client: QueryClient, except?: OpenToast): Promise<void> {
  for (const toast of [...open.values()]) {
    if (toast === except || toast.overtaken !== '') continue
    const asked = { revisions: toast.revisions, dryRun: true }
    const answer = await api<UndoCheck>('POST', '/revisions/undo', asked).catch(() => undefined)
    if (answer === undefined || answer.reason === null || !open.has(toast.id)) continue
    toast.overtaken = answer.reason
    notifications.update(draw(client, toast))
  }
}

/** Shows what has been saved, with the way back. `words`: instead of the server's. */
export function offerUndo(client: QueryClient, answer: ChangeAnswer, words?: string, step?: Step): void {
  if (answer.revision === answer.previous) {
    notifications.show({ message: 'Nothing changed.', autoClose: 4000 })
    return
  }
  const earlier = step && [...open.values()].find((toast) => toast.step?.subject === step.subject && !toast.overtaken)
  if (earlier?.step !== undefined && step !== undefined) {
    earlier.step = { ...step, from: earlier.step.from }
    earlier.text = textOf(earlier.step)
    earlier.revisions.push(answer.revision)
    if (earlier.step.from === step.to) close(earlier)
    else notifications.update(draw(client, earlier))
    void recheck(client, earlier)
    return
  }
  const toast: OpenToast = {
    id: `revision-${answer.revision}`,
    text: words ?? (step === undefined ? answer.summary : textOf(step)),
    step,
    revisions: [answer.revision],
    overtaken: '',
  }
  const [oldest] = open.values()
  if (open.size >= MOST && oldest !== undefined) close(oldest)
  open.set(toast.id, toast)
  notifications.show(draw(client, toast))
  void recheck(client, toast)
}
