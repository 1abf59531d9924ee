/** `/revisions`: the history of the configuration, and going back in it. */
import { z } from 'zod'
import { createUndo } from '../control/undo.ts'
import { ControlError } from '../errors.ts'
import { API, type App } from './fastify.ts'
import { actor } from './guard.ts'
import type { ApiParts } from './parts.ts'
import { answerChange, requiredBase } from './revision-headers.ts'

const query = z.object({
  before: z.coerce.number().int().min(1).optional().describe('Only smaller numbers: the next page.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
const params = z.object({ number: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) })

const undoBody = z
  .object({
    revisions: z
      .array(z.number().int().min(1).max(Number.MAX_SAFE_INTEGER))
      .min(1)
      .max(100)
      .describe('Numbers of the changes to take back; what was changed since by others stays.'),
    dryRun: z
      .boolean()
      .default(false)
      .describe('Change nothing; say whether it is `possible`, and the `reason` why not.'),
  })
  .strict()

export function revisionRoutes(app: App, { control }: ApiParts): void {
  const undo = createUndo({ control, now: Date.now })

  app.get(
    `${API}/revisions`,
    { schema: { summary: 'Saved versions, newest first', querystring: query } },
    async (request) => control.revisions(request.query),
  )

  app.get(
    `${API}/revisions/:number`,
    { schema: { summary: 'One version with its document', params } },
    async (request) => {
      const { number } = request.params
      const revision = control.revision(number)
      if (!revision) throw new ControlError('not-found', `There is no revision ${number} (any more).`)
      return revision
    },
  )

  app.post(
    `${API}/revisions/:number/restore`,
    { schema: { summary: 'Put a version in force again, as a new one; If-Match is required', params } },
    async (request, reply) => {
      const { number } = request.params
      const base = requiredBase(request)
      return answerChange(reply, await control.restore({ number, base, author: actor(request) }))
    },
  )

  app.post(
    `${API}/revisions/undo`,
    { schema: { summary: 'Take changes back, as one new version, and keep what was changed since', body: undoBody } },
    async (request, reply) => {
      const { revisions, dryRun } = request.body
      if (!dryRun) return answerChange(reply, await undo.undo({ revisions, author: actor(request) }))
      const reason = undo.whyNot(revisions)
      return { possible: reason === null, reason }
    },
  )
}
