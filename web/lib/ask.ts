/** Asks a person before something that would hurt. Rare: most things are done at once and can be undone. */
import { useSyncExternalStore } from 'react'

export interface Question {
  title: string
  text: string
  /** What the button that goes on says. */
  action: string
  answer(goOn: boolean): void
}

let question: Question | undefined
const listeners = new Set<() => void>()

function set(next: Question | undefined): void {
  question = next
  for (const listener of listeners) listener()
}

/** Resolves with true when the person goes on. A second question is answered "no" at once: one stands already. */
export function ask(asked: Omit<Question, 'answer'>): Promise<boolean> {
  if (question !== undefined) return Promise.resolve(false)
  return new Promise((resolve) => {
    set({
      ...asked,
      answer: (goOn) => {
        set(undefined)
        resolve(goOn)
      },
    })
  })
}

/** The question that stands. */
export function useQuestion(): Question | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    () => question,
  )
}
