/** For machines: `/healthz`, `/readyz`, `/metrics`, the OpenAPI document; and for trying things out: a test request, the demo. */
import { z } from 'zod'
import { allows } from '../control/auth.ts'
import { ControlError } from '../errors.ts'
import { API, type App } from './fastify.ts'
import { actor, bearerOrCookie, isLocalClient } from './guard.ts'
import type { ApiParts } from './parts.ts'

const testRequest = z
  .object({
    listener: z.string().max(64).optional().describe('Absent: the first one.'),
    path: z
      .string()
      .max(2048)
      .regex(/^\/[\x21-\x7e]*$/, 'write a path such as /')
      .default('/'),
  })
  .strict()

export function processRoutes(app: App, parts: ApiParts): void {
  const anybody = { access: 'anybody', anyHost: true } as const

  app.get('/healthz', { schema: { summary: 'The process runs' }, config: anybody }, (_request, reply) =>
    reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').send('ok\n'),
  )

  app.get('/readyz', { schema: { summary: 'Traffic may be sent here' }, config: anybody }, (_request, reply) => {
    const { ready, reason } = parts.readiness()
    return reply
      .code(ready ? 200 : 503)
      .type('text/plain; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(`${ready ? 'ready' : reason}\n`)
  })

  app.get(
    '/metrics',
    {
      schema: { summary: 'Prometheus metrics; open on the machine itself, else viewer' },
      config: { access: 'anybody' },
    },
    async (request, reply) => {
      if (!isLocalClient(request)) {
        const identity = parts.auth.identify(bearerOrCookie(request))
        if (!identity || !allows(identity.role, 'viewer'))
          throw new ControlError('sign-in-required', 'From another machine, metrics need an API token of role viewer.')
      }
      const { contentType, body } = await parts.metrics()
      return reply.type(contentType).header('cache-control', 'no-store').send(body)
    },
  )

  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

export function trialRoutes(app: App, parts: ApiParts): void {
  app.post(
    `${API}/test-request`,
    { schema: { summary: 'Send a request through a listener and see who answers', body: testRequest.nullish() } },
    async ({ body }) => {
      const { listener, path } = testRequest.parse(body ?? {})
      return parts.testRequest({ listener, path })
    },
  )

  app.post(
    `${API}/debug-token`,
    {
      schema: {
        summary:
          'A value for the X-Evenkeel-Debug field: requests that carry it are logged with why their backend was chosen',
      },
      config: { access: 'admin' },
    },
    async () => parts.debugToken(),
  )

  app.post(
    `${API}/demo`,
    { schema: { summary: 'Start demo backends and a trickle of traffic' } },
    async (request, reply) => {
      await parts.demo.start(actor(request))
      return reply.code(204).send()
    },
  )

  app.delete(`${API}/demo`, { schema: { summary: 'Stop the demo' } }, async (request, reply) => {
    await parts.demo.stop(actor(request))
    return reply.code(204).send()
  })
}
