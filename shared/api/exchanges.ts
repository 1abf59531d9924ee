/** `GET /api/v1/exchanges`: the log of requests, what can be asked of it, and how far back it reaches. */
import { z } from 'zod'
import { type ExchangeRecord, notRetriedReasons, outcomes } from './records.ts'

const name = z.string().max(64).optional()
const time = z.coerce.number().int().min(0).optional()

/** Which exchanges to list; conditions add up. */
export const exchangesQuerySchema = z.object({
  id: z.string().max(128).optional().describe('The one with this id; an empty list when it is not in the log.'),
  listener: name,
  route: name,
  pool: name,
  backend: name.describe('A backend that was tried, first or again.'),
  status: z
    .string()
    .regex(/^[1-9](\d\d|xx)$/, 'write a status such as 404 or a class such as 5xx')
    .optional()
    .describe('One status (404) or a class (5xx).'),
  method: z.string().max(32).optional(),
  path: z.string().max(1024).optional().describe('Text that the path contains.'),
  host: z.string().max(255).optional().describe('Text that the host contains.'),
  client: z.string().max(64).optional().describe('Text that the client address begins with.'),
  minMs: z.coerce.number().min(0).optional().describe('Only those that took at least this long, milliseconds.'),
  outcome: z.enum(outcomes).optional().describe('How it ended.'),
  notRetried: z.enum(notRetriedReasons).optional().describe('Why it was not tried again.'),
  loggedBecause: z.enum(['error', 'slow', 'debug', 'sample']).optional().describe('Why it is in the log.'),
  from: time.describe('Only those that began at this time or later, epoch milliseconds.'),
  to: time.describe('Only those that began at this time or before, epoch milliseconds.'),
  before: time.describe('Only those that began before this time, epoch milliseconds.'),
  beforeSeq: time.describe('Only those logged before the one with this `seq`: the next page.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type ExchangesQuery = z.output<typeof exchangesQuerySchema>

/** How far back one part of the log reaches. */
export interface Reach {
  /** From this moment on, epoch milliseconds, everything is in the log but what is left out. */
  since: number
  /** How many are left out since then: more of one kind than are worth keeping, or given up while nothing could be stored. */
  leftOut: number
}

/** `GET /api/v1/exchange-log`: how far back the log of requests reaches. */
export interface ExchangeLogReach {
  /** Errors and slow requests; stored. */
  errors: Reach & {
    /** How long they are kept, milliseconds. */
    keptMs: number
    /** False while the history cannot be written: the newest are in memory only. */
    stored: boolean
  }
  /** A sample of all others; in memory. */
  samples: Reach
}

const includes = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase())

function statusFits(status: number, asked: string): boolean {
  return asked.endsWith('xx') ? Math.floor(status / 100) === Number(asked[0]) : status === Number(asked)
}

/** Does a record fit every condition? */
export function exchangeFits(exchange: ExchangeRecord, query: Omit<ExchangesQuery, 'limit'>): boolean {
  const { status, method, path, host, client, minMs, backend } = query
  const same = (name: 'id' | 'listener' | 'route' | 'pool' | 'outcome' | 'notRetried' | 'loggedBecause') =>
    query[name] === undefined || exchange[name] === query[name]
  return (
    same('id') &&
    same('listener') &&
    same('route') &&
    same('pool') &&
    same('outcome') &&
    same('notRetried') &&
    same('loggedBecause') &&
    (backend === undefined || backendsOf(exchange).includes(backend)) &&
    (status === undefined || statusFits(exchange.status, status)) &&
    (method === undefined || exchange.method === method.toUpperCase()) &&
    (path === undefined || includes(exchange.path, path)) &&
    (host === undefined || includes(exchange.host, host)) &&
    (client === undefined || exchange.client.startsWith(client)) &&
    (minMs === undefined || exchange.totalMs >= minMs) &&
    (query.from === undefined || exchange.at >= query.from) &&
    (query.to === undefined || exchange.at <= query.to) &&
    (query.before === undefined || exchange.at < query.before) &&
    (query.beforeSeq === undefined || exchange.seq === undefined || exchange.seq < query.beforeSeq)
  )
}

/** Every backend that was tried, each once. */
export function backendsOf({ backend, attempts }: ExchangeRecord): string[] {
  const tried = attempts.map((attempt) => attempt.backend)
  return [...new Set(backend === null ? tried : [...tried, backend])]
}

/** What makes two errors or slow requests alike: of too many of one kind only some are kept. */
export function kindOf({ loggedBecause, listener, pool, backend, status, ours, outcome }: ExchangeRecord): string {
  return [loggedBecause, listener, pool ?? '', backend ?? '', status, ours ? 'ours' : '', outcome].join(' ')
}
