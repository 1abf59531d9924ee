/** `/setup`, `/session`, `/me`: becoming somebody. The cookie is HttpOnly and SameSite=Strict. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Me, type SetupStatus, sessionRequestSchema, setupRequestSchema } from '../../shared/api/bodies.ts'
import { type Identity, SESSION_MS, type SignIn } from '../control/auth.ts'
import { API, type App } from './fastify.ts'
import { COOKIE } from './guard.ts'
import type { ApiParts } from './parts.ts'
import type { StreamHub } from './stream-hub.ts'

/** Many people may share an address; guessing is slowed further per account and per address by the control plane. */
const SIGN_IN_LIMIT = { max: 60, timeWindow: 60_000 }

const meOf = ({ name, role, kind }: Identity): Me => ({ name, role, kind })

/**
 * `Secure` when the browser says that its page came over TLS. A forwarded protocol is not believed; a browser's own Origin can
 * be, because lying about it changes nothing but the liar's cookie.
 */
function setCookie(request: FastifyRequest, reply: FastifyReply, path: string, value: string): void {
  const secure = request.protocol === 'https' || (request.headers.origin ?? '').startsWith('https://')
  reply.setCookie(COOKIE, value, { path, httpOnly: true, sameSite: 'strict', secure, maxAge: SESSION_MS / 1000 })
}

function origin(request: FastifyRequest) {
  return { address: request.socket.remoteAddress ?? '', userAgent: request.headers['user-agent'] ?? '' }
}

function signedIn(request: FastifyRequest, reply: FastifyReply, path: string, { identity, secret }: SignIn): Me {
  setCookie(request, reply, path, secret)
  return meOf(identity)
}

export function sessionRoutes(app: App, { auth, setup, adminPath }: ApiParts, hub: StreamHub): void {
  const path = `${adminPath}/`
  const open = { access: 'anybody', rateLimit: SIGN_IN_LIMIT } as const

  app.get(
    `${API}/setup`,
    { schema: { summary: 'Whether the set-up page is open' }, config: { access: 'anybody' } },
    async (): Promise<SetupStatus> => ({ needed: setup.needed(), problem: setup.obstacle() ?? null }),
  )

  app.post(
    `${API}/setup`,
    {
      schema: { summary: 'Create the first administrator with the token from the log', body: setupRequestSchema },
      config: open,
    },
    async (request, reply) => {
      const from = origin(request)
      const user = await setup.complete({ ...request.body, address: from.address })
      return signedIn(request, reply.code(201), path, auth.open(user, from))
    },
  )

  app.post(
    `${API}/session`,
    { schema: { summary: 'Sign in', body: sessionRequestSchema }, config: open },
    async (request, reply) =>
      signedIn(request, reply.code(201), path, await auth.signIn({ ...request.body, ...origin(request) })),
  )

  app.delete(
    `${API}/session`,
    { schema: { summary: 'Sign out' }, config: { access: 'viewer' } },
    async (request, reply) => {
      const cookie = request.cookies[COOKIE]
      if (cookie && request.identity?.kind === 'session') {
        auth.signOut(cookie)
        hub.drop({ subject: request.identity.key })
      }
      reply.clearCookie(COOKIE, { path, httpOnly: true, sameSite: 'strict' })
      return reply.code(204).send()
    },
  )

  app.get(`${API}/me`, { schema: { summary: 'Who is signed in' } }, async (request, reply) => {
    const identity = request.identity as Identity
    const cookie = request.cookies[COOKIE]
    if (cookie && identity.kind === 'session') setCookie(request, reply, path, cookie)
    return meOf(identity)
  })
}
