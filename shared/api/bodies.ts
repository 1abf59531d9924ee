/** Bodies of the admin API: one schema for the server, the form and OpenAPI. */
import { z } from 'zod'
import { type ConfigDocument, configSchema } from '../config/config.ts'
import { healthCheckSchema } from '../config/health-check.ts'
import { listenerSchema } from '../config/listener.ts'
import { address, id } from '../config/names.ts'
import { backendSchema, poolSchema } from '../config/pool.ts'
import { routeSchema } from '../config/route.ts'

/** The document as sent: checked as a whole by `configSchema`, stored as written. */
export const configDocumentSchema = configSchema

/** A pool to add. */
export const newPoolSchema = poolSchema
/**
 * A change of a pool: a JSON merge patch (RFC 7396) of one pool without its backends; null removes a field. The result is
 * checked as a whole.
 */
export const patchSchema = z.record(z.string(), z.unknown())
/** One backend, or many at once. `id` may be left out: it is then made from the pool's id and a number. */
export const newBackendSchema = backendSchema.partial({ id: true })
const newBackendListSchema = z.array(newBackendSchema).min(1).max(500)
/** Backends and the health check that their pool has from then on, in one revision. */
export const backendsWithCheckSchema = z
  .object({
    backends: newBackendListSchema.describe('The backends to add.'),
    healthCheck: healthCheckSchema
      .optional()
      .describe('Replaces the health check of the whole pool; absent: it stays.'),
  })
  .strict()
/** One backend, a list of them, or an object with a list and a health check for the pool. */
export const newBackendsSchema = z.union([newBackendSchema, newBackendListSchema, backendsWithCheckSchema])
export const newListenerSchema = listenerSchema
export const newRouteSchema = routeSchema

/** Asks what an address answers, before it is added. */
export const probeRequestSchema = z.object({
  address,
  healthCheck: healthCheckSchema
    .optional()
    .describe('Absent: /health, /healthz and / are tried, then a TCP connection.'),
})

/** One step of a probe: name look-up, connection, request. */
export interface ProbeStep {
  step: 'dns' | 'tcp' | 'http'
  passed: boolean
  tookMs: number
  detail: string
}

export interface ProbeAnswer {
  address: string
  passed: boolean
  steps: ProbeStep[]
  /** What to do when it failed. */
  hint: string | null
  /** First 200 characters of the body of the response, where the health check named a path and a response came. */
  bodyStart?: string | undefined
  /** Health check that would pass, to be put into the form. */
  suggested: z.input<typeof healthCheckSchema> | null
}

/** Answer of every change of the configuration. */
export interface ChangeAnswer {
  revision: number
  /** The revision before. */
  previous: number
  /** What changed, in words. */
  summary: string
  config: ConfigDocument
}

/** Answer of `POST /revisions/undo` with `dryRun`. */
export interface UndoCheck {
  possible: boolean
  /** Why it is not possible; null when it is. */
  reason: string | null
}

export const roles = ['viewer', 'operator', 'admin'] as const
export const roleSchema = z.enum(roles)
export type Role = z.infer<typeof roleSchema>

export const userName = z
  .string()
  .min(1)
  .max(64)
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@+'’-]*$/u,
    'use letters, digits, space, ".", "_", "@", "+", "-" or an apostrophe',
  )
export const password = z.string().min(10, 'use at least 10 characters; a few words make a good one').max(1024)

export const sessionRequestSchema = z
  .object({ name: z.string().min(1).max(64), password: z.string().min(1).max(1024) })
  .strict()
export const setupRequestSchema = z
  .object({
    token: z.string().min(1).max(128).describe('The one-time token that the log printed.'),
    name: userName,
    password,
  })
  .strict()
export const newUserSchema = z.object({ name: userName, password, role: roleSchema }).strict()
export const newTokenSchema = z
  .object({
    name: id.describe('What it is for.'),
    role: roleSchema,
    expiresAt: z.number().int().positive().optional().describe('Epoch milliseconds; absent: never.'),
  })
  .strict()

/** Who is signed in. */
export interface Me {
  name: string
  role: Role
  kind: 'session' | 'token'
}
/** `GET /api/v1/setup`: whether the set-up page is open. */
export interface SetupStatus {
  needed: boolean
  /** Why nobody can sign in with a password just now, for people; null when people can. */
  problem: string | null
}
export interface UserSummary {
  name: string
  role: Role
  createdAt: number
  lastSignInAt: number | null
}
export interface TokenSummary {
  id: string
  name: string
  role: Role
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
}
/** A new token; `secret` is shown this once. */
export interface NewTokenAnswer extends TokenSummary {
  secret: string
}
