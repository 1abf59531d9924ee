/** The admin server: fastify with its guards, one file per resource, and the stream hub. */

import type { AddressInfo } from 'node:net'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import staticFiles from '@fastify/static'
import swagger from '@fastify/swagger'
import fastify from 'fastify'
import { jsonSchemaTransform, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { ControlError } from '../errors.ts'
import { backendRoutes, probeRoutes } from './backends.ts'
import { readBodies, validatorCompiler } from './bodies.ts'
import { configRoutes } from './config.ts'
import { adminConnections, adminStreams, guardConnections } from './connections.ts'
import { type App, BODY_BYTES } from './fastify.ts'
import { guard } from './guard.ts'
import { listenerRoutes, poolRoutes, routeRoutes } from './items.ts'
import { liveRoutes, streamRoutes } from './live.ts'
import type { Api, ApiParts } from './parts.ts'
import { tokenRoutes, userRoutes } from './people.ts'
import { handleErrors, sendProblem, toControlError } from './problems.ts'
import { processRoutes, trialRoutes } from './process.ts'
import { revisionRoutes } from './revisions.ts'
import { sessionRoutes } from './session.ts'
import { simulationRoutes } from './simulation.ts'
import { createStreamHub, type StreamHub } from './stream-hub.ts'
import { webRoutes } from './web.ts'

/** A connection that has sent no whole head by then is closed, and one in vain; milliseconds. */
const HEAD_MS = 10_000
const LOOK_FOR_LATE_MS = 2000
const MOST_STREAMS = 2000

const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
    formAction: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
  },
}

function newApp(adminPath: string): App {
  return fastify({
    rewriteUrl: ({ url = '/' }) => withoutPath(url, adminPath),
    logger: false,
    bodyLimit: BODY_BYTES,
    trustProxy: false,
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    http: { headersTimeout: HEAD_MS, connectionsCheckingInterval: LOOK_FOR_LATE_MS },
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: 256 },
    // Given here and not set later, fastify loads neither ajv nor fast-json-stringify: 3 MB.
    schemaController: {
      compilersFactory: {
        buildValidator: () => validatorCompiler as never,
        buildSerializer: () => () => (data) => JSON.stringify(data),
      },
    },
    frameworkErrors: (error, _request, reply) => {
      void sendProblem(reply as never, toControlError(error) ?? new ControlError('invalid-request', error.message))
    },
  }).withTypeProvider<ZodTypeProvider>() as unknown as App
}

/** An address as it is below the root, for one below the path of the proxy in front; any other stays as it is. */
export function withoutPath(url: string, path: string): string {
  if (path === '' || !url.startsWith(path)) return url
  const rest = url.slice(path.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : url
}

/** Headers, cookies, limits and OpenAPI; before the routes, which these watch being added. */
async function addPlugins(app: App, { version, adminPath }: ApiParts): Promise<void> {
  await app.register(cookie)
  await app.register(helmet, {
    contentSecurityPolicy,
    // Only over TLS do these mean anything; on plain http browsers complain about them in the console.
    hsts: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  })
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { ttl }) => {
      const retryAfterSeconds = Math.max(1, Math.ceil(ttl / 1000))
      return new ControlError('slow-down', `Too many tries. Wait ${retryAfterSeconds} s.`, { retryAfterSeconds })
    },
  })
  await app.register(staticFiles, { serve: false, cacheControl: false, preCompressed: true })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Evenkeel',
        version,
        description: 'Steers the load balancer. Errors are application/problem+json.',
      },
      servers: [{ url: `${adminPath}/` }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: 'evenkeel_session' },
        },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
  })
}

function addRoutes(app: App, parts: ApiParts, hub: StreamHub): void {
  configRoutes(app, parts)
  revisionRoutes(app, parts)
  poolRoutes(app, parts)
  backendRoutes(app, parts)
  probeRoutes(app, parts)
  listenerRoutes(app, parts)
  routeRoutes(app, parts)
  liveRoutes(app, parts)
  streamRoutes(app, hub, parts.auth)
  sessionRoutes(app, parts, hub)
  userRoutes(app, parts, hub)
  tokenRoutes(app, parts, hub)
  trialRoutes(app, parts)
  simulationRoutes(app, parts)
  processRoutes(app, parts)
  webRoutes(app, parts)
}

/** The fastify instance with everything on it, not listening; tests inject requests into it. */
export async function buildApp(parts: ApiParts, hub: StreamHub, names: ReadonlySet<string>): Promise<App> {
  const app = newApp(parts.adminPath)
  handleErrors(app, parts.log)
  readBodies(app)
  await addPlugins(app, parts)
  const connections = guardConnections(app.server, adminConnections(parts.descriptors))
  guard(app, parts, names, connections)
  app.addHook('onSend', async (request, reply) => {
    if (request.routeOptions.url?.startsWith('/api')) reply.header('cache-control', 'no-store')
  })
  addRoutes(app, parts, hub)
  await app.ready()
  return app
}

/** Builds the admin server; it does not listen yet. A hub made earlier, for those who publish on it, may be handed in. */
export function createApi(
  parts: ApiParts,
  hub: StreamHub = createStreamHub({
    boot: parts.boot,
    clock: parts.clock,
    clients: Math.min(MOST_STREAMS, adminStreams(adminConnections(parts.descriptors))),
  }),
): Api {
  const names = new Set(parts.adminHosts.map((name) => name.toLowerCase()))
  let app: App | undefined

  function address() {
    const at = app?.server.address() as AddressInfo | null | undefined
    return at ? { host: at.address, port: at.port } : undefined
  }

  return {
    hub,
    address,
    async listen(host, port) {
      names.add(host.toLowerCase())
      // Tried again after a failure, for which nothing needs to be built anew.
      app ??= await buildApp(parts, hub, names)
      await app.listen({ host, port })
      return address() as { host: string; port: number }
    },
    async close(graceMs) {
      hub.close()
      if (!app) return
      const { server } = app
      const cut = setTimeout(() => server.closeAllConnections(), graceMs)
      await app.close()
      clearTimeout(cut)
    },
  }
}
