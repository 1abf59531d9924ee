/** `/users` and `/tokens`: for administrators only. */
import { z } from 'zod'
import { newTokenSchema, newUserSchema, password, roleSchema } from '../../shared/api/bodies.ts'
import { API, type App } from './fastify.ts'
import { actor } from './guard.ts'
import type { ApiParts } from './parts.ts'
import type { StreamHub } from './stream-hub.ts'

const userChange = z
  .object({ password: password.optional(), role: roleSchema.optional() })
  .strict()
  .refine((change) => change.password !== undefined || change.role !== undefined, 'send password, role or both')
const user = z.object({ name: z.string().min(1).max(64) })
const token = z.object({ id: z.string().min(1).max(64) })
const config = { access: 'admin' } as const

export function userRoutes(app: App, { people }: ApiParts, hub: StreamHub): void {
  app.get(`${API}/users`, { schema: { summary: 'Users' }, config }, async () => people.users())

  app.post(
    `${API}/users`,
    { schema: { summary: 'Add a user', body: newUserSchema }, config },
    async (request, reply) => {
      const added = await people.addUser(request.body, actor(request))
      return reply.code(201).send(added)
    },
  )

  app.patch(
    `${API}/users/:name`,
    {
      schema: { summary: 'Change role or password; a new password signs the user out', params: user, body: userChange },
      config,
    },
    async (request) => {
      const changed = await people.changeUser(request.params.name, request.body, actor(request))
      hub.drop({ name: changed.name })
      return changed
    },
  )

  app.delete(
    `${API}/users/:name`,
    { schema: { summary: 'Remove a user', params: user }, config },
    async (request, reply) => {
      const { name } = request.params
      people.removeUser(name, actor(request))
      hub.drop({ name })
      return reply.code(204).send()
    },
  )
}

export function tokenRoutes(app: App, { people }: ApiParts, hub: StreamHub): void {
  app.get(`${API}/tokens`, { schema: { summary: 'API tokens, without their secrets' }, config }, async () =>
    people.tokens(),
  )

  app.post(
    `${API}/tokens`,
    { schema: { summary: 'Add a token; its secret is shown this once', body: newTokenSchema }, config },
    async (request, reply) => reply.code(201).send(people.addToken(request.body, actor(request))),
  )

  app.delete(
    `${API}/tokens/:id`,
    { schema: { summary: 'Remove a token', params: token }, config },
    async (request, reply) => {
      people.removeToken(request.params.id, actor(request))
      hub.drop({ subject: request.params.id })
      return reply.code(204).send()
    },
  )
}
