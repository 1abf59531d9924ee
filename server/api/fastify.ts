/** The type of the fastify instance that each resource adds its routes to, and what this API adds to fastify's own types. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Role } from '../../shared/api/bodies.ts'
import type { Identity } from '../control/auth.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Least role that may use the route; `anybody` needs no sign-in. Default: viewer to read, operator to change. */
    access?: Role | 'anybody'
    /** Answers to any `Host` (probes of an orchestrator do not know our names). */
    anyHost?: boolean
  }
  interface FastifyRequest {
    /** Who asks; null for nobody. */
    identity: Identity | null
  }
}

export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

/** Root of the versioned API. */
export const API = '/api/v1'
export const BODY_BYTES = 2 * 1024 * 1024
