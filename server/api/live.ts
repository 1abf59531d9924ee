/** What is happening: `/status`, `/series`, `/events`, `/exchanges`, and the stream of all that. */
import { z } from 'zod'
import { type ExchangeRecord, eventsQuerySchema } from '../../shared/api/records.ts'
import { seriesQuerySchema } from '../../shared/api/series.ts'
import { ControlError } from '../errors.ts'
import { API, type App } from './fastify.ts'
import type { ApiParts, ExchangesQuery } from './parts.ts'
import type { StreamHub } from './stream-hub.ts'

const name = z.string().max(64).optional()
const exchangesQuery = z.object({
  id: z.string().max(128).optional().describe('The one with this id; an empty list when it is not in the log.'),
  listener: name,
  route: name,
  pool: name,
  backend: name,
  status: z
    .string()
    .regex(/^[1-5](\d\d|xx)$/, 'write a status such as 404 or a class such as 5xx')
    .optional(),
  method: z.string().max(32).optional(),
  path: z.string().max(1024).optional().describe('Text that the path contains.'),
  client: z.string().max(64).optional().describe('Text that the client address begins with.'),
  minMs: z.coerce.number().min(0).optional().describe('Only those that took at least this long, milliseconds.'),
  outcome: z.enum(['complete', 'client-aborted', 'backend-broke', 'refused']).optional().describe('How it ended.'),
  loggedBecause: z.enum(['error', 'slow', 'debug', 'sample']).optional().describe('Why it is in the log.'),
  before: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Only before this time, epoch milliseconds: the next page.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
const streamQuery = z.object({
  exchanges: z.enum(['0', '1']).default('0').describe('1: also exchanges, batched.'),
  lastEventId: z.string().max(128).optional().describe('As the header Last-Event-ID, for a first connection.'),
})

/** Most that the log is asked for when conditions are left that it may not know. */
const MOST_LOOKED_AT = 5000

/** Conditions that ask for a field as it is. */
const exact = ['id', 'outcome', 'loggedBecause'] as const

/** Conditions that the log need not know; it may answer more than was asked for. */
function wanted(exchange: ExchangeRecord, query: ExchangesQuery): boolean {
  const { method, path, client, minMs, before } = query
  return (
    exact.every((name) => query[name] === undefined || exchange[name] === query[name]) &&
    (method === undefined || exchange.method === method.toUpperCase()) &&
    (path === undefined || exchange.path.toLowerCase().includes(path.toLowerCase())) &&
    (client === undefined || exchange.client.startsWith(client)) &&
    (minMs === undefined || exchange.totalMs >= minMs) &&
    (before === undefined || exchange.at < before)
  )
}

async function listExchanges(parts: ApiParts, query: ExchangesQuery): Promise<ExchangeRecord[]> {
  const { method, path, client, minMs, before } = query
  const named = exact.map((name) => query[name])
  const plain = [...named, method, path, client, minMs, before].every((condition) => condition === undefined)
  const found = await parts.exchanges({ ...query, limit: plain ? query.limit : MOST_LOOKED_AT })
  return found.filter((exchange) => wanted(exchange, query)).slice(0, query.limit)
}

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
    { schema: { summary: 'Logged requests, newest first', querystring: exchangesQuery } },
    async ({ query }) => listExchanges(parts, query),
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

export function streamRoutes(app: App, hub: StreamHub): void {
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
      const attached = hub.attach(reply.raw, {
        subject: identity.key,
        name: identity.name,
        exchanges: query.exchanges === '1',
        lastEventId: typeof header === 'string' ? header : query.lastEventId,
      })
      if (!attached) throw new ControlError('not-available', 'Too many dashboards are open; close some.')
      reply.hijack()
    },
  )
}
