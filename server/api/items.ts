/** `/pools`, `/listeners` and `/routes`: the same three verbs, each one change of the configuration. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { newListenerSchema, newPoolSchema, newRouteSchema, patchSchema } from '../../shared/api/bodies.ts'
import { addItem, type Edit, patchItem, removeItem, reorderRoutes } from '../control/edits.ts'
import { API, type App } from './fastify.ts'
import { actor } from './guard.ts'
import type { ApiParts } from './parts.ts'
import { answerChange, baseOf } from './revision-headers.ts'

const params = z.object({ id: z.string().min(1).max(64) })
const position = z.object({
  position: z.coerce.number().int().min(0).max(5000).optional().describe('Place in the order, 0 first; absent: last.'),
})
const order = z.object({ order: z.array(z.string().max(64)).max(5000) }).strict()

/** Runs an edit for whoever asks, on the revision they named. */
export function changeFor(parts: ApiParts, request: FastifyRequest, edit: Edit) {
  return parts.control.change({ base: baseOf(request), edit, author: actor(request) })
}

function patchAndRemove(app: App, parts: ApiParts, section: 'pools' | 'listeners' | 'routes', kind: string): void {
  const url = `${API}/${section}/:id`
  app.patch(
    url,
    { schema: { summary: `Change a ${kind} by a JSON merge patch (RFC 7396)`, params, body: patchSchema } },
    async (request, reply) =>
      answerChange(reply, await changeFor(parts, request, patchItem(section, request.params.id, request.body))),
  )
  app.delete(url, { schema: { summary: `Remove a ${kind}`, params } }, async (request, reply) =>
    answerChange(reply, await changeFor(parts, request, removeItem(section, request.params.id))),
  )
}

export function poolRoutes(app: App, parts: ApiParts): void {
  app.post(`${API}/pools`, { schema: { summary: 'Add a pool', body: newPoolSchema } }, async (request, reply) => {
    const pool: z.input<typeof newPoolSchema> = request.body
    return answerChange(reply.code(201), await changeFor(parts, request, addItem('pools', pool)))
  })
  patchAndRemove(app, parts, 'pools', 'pool')
}

export function listenerRoutes(app: App, parts: ApiParts): void {
  app.post(
    `${API}/listeners`,
    { schema: { summary: 'Add a listener', body: newListenerSchema } },
    async (request, reply) => {
      const listener: z.input<typeof newListenerSchema> = request.body
      return answerChange(reply.code(201), await changeFor(parts, request, addItem('listeners', listener)))
    },
  )
  patchAndRemove(app, parts, 'listeners', 'listener')
}

export function routeRoutes(app: App, parts: ApiParts): void {
  app.post(
    `${API}/routes`,
    { schema: { summary: 'Add a route', body: newRouteSchema, querystring: position } },
    async (request, reply) => {
      const route: z.input<typeof newRouteSchema> = request.body
      const edit = addItem('routes', route, request.query.position)
      return answerChange(reply.code(201), await changeFor(parts, request, edit))
    },
  )
  app.put(
    `${API}/routes/order`,
    { schema: { summary: 'Put the routes in order; the body names each once', body: order } },
    async (request, reply) => answerChange(reply, await changeFor(parts, request, reorderRoutes(request.body.order))),
  )
  patchAndRemove(app, parts, 'routes', 'route')
}
