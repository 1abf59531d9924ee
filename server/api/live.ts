/** What is happening: `/status`, `/series`, `/events`, `/exchanges`, `/exchange-log`, and the stream of all that. */
import { z } from 'zod'
import { exchangesQuerySchema } from '../../shared/api/exchanges.ts'
import { eventsQuerySchema } from '../../shared/api/records.ts'
import { seriesQuerySchema } from '../../shared/api/series.ts'
import type { Auth } from '../control/auth.ts'
import { ControlError } from '../errors.ts'
import { API, type App } from './fastify.ts'
import { bearerOrCookie } from './guard.ts'
import type { ApiParts } from './parts.ts'
import type { StreamHub } from './stream-hub.ts'

const streamQuery = z.object({
  exchanges: z.enum(['0', '1']).default('0').describe('1: also exchanges, batched.'),
  lastEventId: z.string().max(128).optional().describe('As the header Last-Event-ID, for a first connection.'),
})

export function liveRoutes(app: App, parts: ApiParts): void {
  app.get(`${API}/status`, { schema: { summary: 'Everything that is true now, in one read' } }, async () =>
    parts.status(),
  )

  app.get(
    `${API}/series`,
    { schema: { summary: 'History for charts', querystring: seriesQuerySchema } },
    async ({ query }) => {
      if (query.to <= query.from) throw new ControlError('invalid-request', 'to: must be after from.')
      if (query.backend !== undefined && query.pool === undefined)
        throw new ControlError('invalid-request', 'pool: is needed with backend.')
      return parts.series(query)
    },
  )

  app.get(
    `${API}/events`,
    { schema: { summary: 'What happened, newest first', querystring: eventsQuerySchema } },
    async ({ query }) => parts.events(query),
  )

  app.get(
    `${API}/exchanges`,
    { schema: { summary: 'Logged requests, newest first', querystring: exchangesQuerySchema } },
    async ({ query }) => parts.exchanges(query),
  )

  app.get(
    `${API}/exchange-log`,
    { schema: { summary: 'How far back the log of requests reaches, and how many are left out' } },
    async () => parts.exchangeReach(),
  )

  const params = z.object({ id: z.string().min(1).max(128) })
  app.get(
    `${API}/exchanges/:id`,
    { schema: { summary: 'One request with why and every try', params } },
    async (request) => {
      const exchange = await parts.exchange(request.params.id)
      if (!exchange) throw new ControlError('not-found', 'This exchange is not in the log (any more).')
      return exchange
    },
  )
}

export function streamRoutes(app: App, hub: StreamHub, auth: Auth): void {
  app.get(
    `${API}/stream`,
    {
      schema: { summary: 'Server-sent events: tick, status, event, exchange, reset', querystring: streamQuery },
      exposeHeadRoute: false,
    },
    (request, reply) => {
      const { identity, query, headers } = request
      if (!identity) throw new ControlError('sign-in-required', 'You are not signed in.')
      const header = headers['last-event-id']
      const credentials = bearerOrCookie(request)
      const attached = hub.attach(reply.raw, {
        subject: identity.key,
        name: identity.name,
        allowed: () => auth.hold(credentials),
        exchanges: query.exchanges === '1',
        lastEventId: typeof header === 'string' ? header : query.lastEventId,
      })
      if (!attached) throw new ControlError('not-available', 'Too many dashboards are open; close some.')
      reply.hijack()
    },
  )
}
