/** Pools: named groups of backends with one strategy, one health check and limits. */
import { z } from 'zod'
import { isHostName } from '../address.ts'
import { agentCheckSchema } from './agent-check.ts'
import { healthCheckSchema } from './health-check.ts'
import { duration, size } from './measures.ts'
import { address, id } from './names.ts'
import { strategySchema } from './strategy.ts'

export const adminStateSchema = z
  .enum(['active', 'draining', 'disabled'])
  .describe('active takes traffic; draining finishes what it has and takes nothing new; disabled takes nothing at all.')

export const backendSchema = z
  .object({
    id: id.describe('Name of the backend, unique in its pool.'),
    address: address.describe('Where it listens: host:port.'),
    weight: z
      .number()
      .int()
      .min(0)
      .max(256)
      .default(1)
      .describe('Share of the traffic relative to its peers; 0 takes no new traffic.'),
    adminState: adminStateSchema.default('active'),
    maxConnections: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe('Most requests and connections at once; 0 is no limit.'),
    backup: z.boolean().default(false).describe('Takes traffic only when no other backend is available.'),
  })
  .strict()

/** Time limits towards the backends. */
export const backendTimeoutsSchema = z
  .object({
    connect: duration({ min: '10ms', max: '1m' })
      .default('3s')
      .describe('Longest time to make a connection; then the next backend, or 504.'),
    head: duration({ min: '100ms', max: '1h' })
      .default('60s')
      .describe('Longest wait for the head of an answer; then 504.'),
    read: duration({ min: '1s', max: '24h' })
      .default('60s')
      .describe('Longest pause while an answer arrives; then the client is cut.'),
    tunnel: duration({ min: '1s', max: '24h' }).default('1h').describe('How long a silent WebSocket is kept.'),
    keepAlive: duration({ min: '0ms', max: '1h' })
      .default('4s')
      .describe('How long an idle connection to a backend is kept; 0ms closes each one.'),
  })
  .strict()

/** Size limits towards the backends. */
export const backendLimitsSchema = z
  .object({
    head: size({ min: '1KiB', max: '1MiB' }).default('256KiB').describe('Largest response head; then 502.'),
    fields: z.number().int().min(10).max(1000).default(256).describe('Most header fields in a response; then 502.'),
  })
  .strict()

export const retrySchema = z
  .object({
    attempts: z.number().int().min(0).max(10).default(1).describe('Further tries after the first; 0 is none.'),
    on: z
      .array(z.literal([502, 503, 504]))
      .max(3)
      .default([])
      .describe('Statuses of a backend that are retried when it is safe.'),
    timeout: duration({ min: '10ms', max: '10m' })
      .optional()
      .describe('Longest time for one try; absent: only the limits of the pool.'),
  })
  .strict()

export const stickySchema = z
  .object({
    type: z.literal('cookie'),
    name: z
      .string()
      .max(64)
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'use letters, digits, "-" or "_"')
      .default('evenkeel')
      .describe('Name of the cookie.'),
    ttl: duration({ min: '1s', max: '365d' })
      .optional()
      .describe('How long the browser keeps it; absent: until it is closed.'),
    sameSite: z
      .enum(['lax', 'strict', 'none'])
      .default('lax')
      .describe(
        'Whether the browser sends it with requests that another site starts: lax only when a link is followed, strict never, none always. none makes it Secure, so browsers keep it only over TLS.',
      ),
    path: z
      .string()
      .max(1024)
      .regex(/^\/[\x21-\x3a\x3c-\x7e]*$/, 'write a path such as / or /shop, without spaces and ";"')
      .default('/')
      .describe('Path below which the browser sends it.'),
    domain: z
      .string()
      .max(253)
      .refine((text) => isHostName(text.replace(/^\./, '')), 'write a domain such as example.com')
      .transform((text) => text.replace(/^\./, '').toLowerCase())
      .optional()
      .describe('Domain with whose hosts it is shared; absent: only the host that has set it.'),
  })
  .strict()

export const outlierSchema = z
  .object({
    enabled: z.boolean().default(true).describe('Ejects backends that fail in live traffic.'),
    consecutive: z.number().int().min(1).max(1000).default(5).describe('Failures in a row that eject.'),
    baseEjection: duration({ min: '1s', max: '1h' })
      .default('30s')
      .describe('First ejection lasts this long; the next ones longer.'),
    maxEjection: duration({ min: '1s', max: '24h' }).default('5m').describe('Longest ejection.'),
  })
  .strict()

export const poolSchema = z
  .object({
    id: id.describe('Name of the pool, unique.'),
    protocol: z.enum(['http']).default('http').describe('What the backends speak.'),
    strategy: strategySchema.default({ type: 'round-robin' }).describe('How a backend is chosen.'),
    healthCheck: healthCheckSchema
      .prefault({ type: 'tcp' })
      .describe('How health is found out; absent: a TCP connection every 5 s.'),
    agentCheck: agentCheckSchema
      .optional()
      .describe('Asks each backend how much it wants to take; absent: nobody is asked.'),
    backends: z.array(backendSchema).max(2000).default([]).describe('The backends of the pool.'),
    failOpen: z
      .boolean()
      .optional()
      .describe(
        'When no backend is healthy: true tries all of them, false refuses requests with 503. Absent: true, but false where panicThreshold is written as 0.',
      ),
    panicThreshold: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe(
        'For large pools: fails open also when fewer than this share (in %) of the backends is available. Absent or 0: off.',
      ),
    drain: duration({ min: '0ms', max: '24h' })
      .default('30s')
      .describe('How long a removed backend may finish what it has.'),
    timeouts: backendTimeoutsSchema.prefault({}).describe('Time limits towards the backends.'),
    limits: backendLimitsSchema.prefault({}).describe('Size limits of what the backends send.'),
    retry: retrySchema.prefault({}).describe('When a request is tried again on another backend.'),
    sticky: stickySchema.optional().describe('Keeps a client on one backend by a signed cookie.'),
    slowStart: duration({ min: '0ms', max: '1h' })
      .default('0ms')
      .describe('How long the share of a returning backend takes to rise from 10 % to 100 %; 0ms is at once.'),
    queue: z
      .object({
        size: z
          .number()
          .int()
          .min(0)
          .max(100_000)
          .default(0)
          .describe('Requests that may wait while every backend is full; 0 is none.'),
        timeout: duration({ min: '10ms', max: '5m' }).default('10s').describe('Longest wait; then 503.'),
      })
      .strict()
      .prefault({})
      .describe('Waiting room for when every backend is at its maxConnections.'),
    outlier: outlierSchema.prefault({}).describe('Temporary removal of backends that fail in live traffic.'),
    bufferedBody: size({ min: '0B', max: '1MiB' })
      .default('64KiB')
      .describe('Largest request body kept for a second try.'),
  })
  .strict()

export type AdminState = z.infer<typeof adminStateSchema>
export type BackendConfig = z.infer<typeof backendSchema>
export type StickyConfig = z.infer<typeof stickySchema>
export type PoolConfig = z.infer<typeof poolSchema>
