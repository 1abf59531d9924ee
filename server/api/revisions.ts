/** `/revisions`: the history of the configuration, and going back in it. */
import { z } from 'zod'
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

export function revisionRoutes(app: App, { control }: ApiParts): void {
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
}
