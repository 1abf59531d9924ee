/** Changes of the configuration: nothing looks saved before the server says so, and everything can be undone for ten seconds. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
import { refreshConfig, showSaved } from './queries.ts'
import { showProblem } from './show-problem.ts'
import { offerUndo, type Step } from './undo.ts'

export interface Change {
  /**
   * Returns the server's response, or undefined when the change was refused (and said so). `words` stand in the toast instead of the
   * server's; `step` makes one toast of several steps of the same value.
   */
  run(
    action: () => Promise<ChangeAnswer | undefined>,
    said?: { words?: string; step?: Step },
  ): Promise<ChangeAnswer | undefined>
  pending: boolean
}

/** Runs one change at a time and offers Undo. */
export function useChange(): Change {
  const client = useQueryClient()
  const mutation = useMutation({ mutationFn: (action: () => Promise<ChangeAnswer | undefined>) => action() })
  return {
    pending: mutation.isPending,
    async run(action, said) {
      try {
        const answer = await mutation.mutateAsync(action)
        if (answer !== undefined) showSaved(client, answer.config)
        refreshConfig(client)
        if (answer !== undefined) offerUndo(client, answer, said?.words, said?.step)
        return answer
      } catch (error) {
        showProblem(error)
        refreshConfig(client)
        return undefined
      }
    },
  }
}
