/** `/pools/:id/backends`: add one or many, change, remove with or without draining, probe. */
import { z } from 'zod'
import {
  type backendsWithCheckSchema,
  newBackendsSchema,
  patchSchema,
  probeRequestSchema,
} from '../../shared/api/bodies.ts'
import { healthCheckSchema } from '../../shared/config/health-check.ts'
import { addBackends, type Edit, patchBackend, removeBackend, replaceHealthCheck } from '../control/edits.ts'
import { ControlError } from '../errors.ts'
import { API, type App } from './fastify.ts'
import { changeFor } from './items.ts'
import type { ApiParts } from './parts.ts'
import { answerChange } from './revision-headers.ts'

const pool = z.object({ id: z.string().min(1).max(64) })
const backend = pool.extend({ backendId: z.string().min(1).max(64) })
const removal = z.object({
  drain: z.enum(['true', 'false']).default('true').describe('false cuts what is in flight at once.'),
})

function configured(parts: ApiParts, poolId: string, backendId: string): boolean {
  const found = parts.control.current().config.pools.find((one) => one.id === poolId)
  return found?.backends.some((one) => one.id === backendId) ?? false
}

function removalRoute(app: App, parts: ApiParts): void {
  const { control, drains } = parts
  app.delete(
    `${API}/pools/:id/backends/:backendId`,
    {
      schema: {
        summary: 'Remove a backend; it drains first unless told not to',
        params: backend,
        querystring: removal,
      },
    },
    async (request, reply) => {
      const { id, backendId } = request.params
      const now = request.query.drain === 'false'
      const draining = () => drains.removed(id).some((one) => one.backend.id === backendId)
      if (now && !configured(parts, id, backendId) && draining()) {
        drains.removeNow(id, backendId)
        const { revision, document } = control.current()
        const summary = `${id}: ${backendId} cut`
        return answerChange(reply, { revision, previous: revision, summary, config: document })
      }
      const answer = await changeFor(parts, request, removeBackend(id, backendId))
      if (now && draining()) drains.removeNow(id, backendId)
      return answerChange(reply, answer)
    },
  )
}

/** The three forms of the body as one. */
function newBackendsOf(body: z.input<typeof newBackendsSchema>): z.input<typeof backendsWithCheckSchema> {
  if (Array.isArray(body)) return { backends: body }
  return 'backends' in body ? body : { backends: [body] }
}

export function backendRoutes(app: App, parts: ApiParts): void {
  app.post(
    `${API}/pools/:id/backends`,
    {
      schema: {
        summary: 'Add one backend or many; ids may be left out',
        description:
          'The body is one backend, a list of them, or `{ "backends": […], "healthCheck": {…} }`, which also replaces the health check of the whole pool: one revision, so that one restore takes both back.',
        params: pool,
        body: newBackendsSchema,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { backends, healthCheck } = newBackendsOf(request.body)
      const draining = parts.drains.removed(id).map((one) => one.backend.id)
      const add = addBackends(id, backends, draining)
      const edit: Edit = (document) => {
        const added = add(document)
        return healthCheck === undefined ? added : replaceHealthCheck(id, healthCheck)(added)
      }
      return answerChange(reply.code(201), await changeFor(parts, request, edit))
    },
  )

  app.patch(
    `${API}/pools/:id/backends/:backendId`,
    { schema: { summary: 'Change a backend by a JSON merge patch', params: backend, body: patchSchema } },
    async (request, reply) => {
      const { id, backendId } = request.params
      return answerChange(reply, await changeFor(parts, request, patchBackend(id, backendId, request.body)))
    },
  )
  removalRoute(app, parts)
}

export function probeRoutes(app: App, parts: ApiParts): void {
  app.post(
    `${API}/probe`,
    { schema: { summary: 'Try an address before adding it', body: probeRequestSchema } },
    async ({ body }) => parts.prober.probe(body.address, body.healthCheck && healthCheckSchema.parse(body.healthCheck)),
  )

  app.post(
    `${API}/pools/:id/backends/:backendId/probe`,
    { schema: { summary: 'Probe a configured backend now', params: backend } },
    async ({ params: { id, backendId } }) => {
      if (!configured(parts, id, backendId))
        throw new ControlError('not-found', `There is no backend "${backendId}" in pool "${id}".`)
      return parts.prober.probeBackend(id, backendId)
    },
  )
}
