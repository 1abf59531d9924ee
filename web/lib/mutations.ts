/**
 * Changes of the configuration. Nothing counts as saved before the server names its revision; then a toast says what changed and
 * offers Undo for ten seconds, which puts the revision before in force again unless somebody changed something meanwhile.
 */
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
import { ApiProblem, call, type Method } from './api.ts'
import { keys } from './queries.ts'
import { showChanged, showProblem, showUndone } from './toasts.tsx'

export interface Change {
  method: Exclude<Method, 'GET'>
  /** After `/api/v1`; build it with `at(...)`. */
  path: string
  body?: unknown
  /** Revision it was made on, when it must not meet another person's change. */
  base?: number
}

function remember(client: QueryClient, answer: ChangeAnswer): void {
  client.setQueryData(keys.config, { value: answer.config, revision: answer.revision })
  void client.invalidateQueries({ queryKey: keys.status })
  void client.invalidateQueries({ queryKey: keys.revisions })
}

async function undo(client: QueryClient, done: ChangeAnswer): Promise<void> {
  try {
    const answer = await call<ChangeAnswer>(`/revisions/${done.previous}/restore`, {
      method: 'POST',
      base: done.revision,
    })
    remember(client, answer)
    showUndone(done.summary, answer.revision)
  } catch (error) {
    const met = error instanceof ApiProblem && error.status === 412
    showProblem(
      met ? 'Not undone: somebody else changed something meanwhile' : 'Not undone',
      met ? 'Your change is still in force, and so is theirs. Look at Events, then change it back by hand.' : error,
    )
  }
}

/**
 * Runs changes. `mutate` and `isPending` as in TanStack Query; `error` is an ApiProblem to show beside the form. A refused
 * change also shows a toast unless `quiet` is set because the form shows the reason itself.
 */
export function useChange({ quiet = false }: { quiet?: boolean } = {}) {
  const client = useQueryClient()
  return useMutation<ChangeAnswer, Error, Change>({
    mutationFn: ({ method, path, body, base }) => call<ChangeAnswer>(path, { method, body, base }),
    onSuccess: (answer) => {
      remember(client, answer)
      if (answer.revision !== answer.previous) showChanged(answer.summary, () => undo(client, answer))
    },
    onError: (error) => {
      if (!quiet) showProblem(error instanceof ApiProblem ? error.title : 'Not saved', error)
    },
  })
}
