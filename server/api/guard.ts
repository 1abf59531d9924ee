/** Who may come in: expected names only (DNS rebinding), no other sites (CSRF), signed in, with a sufficient role. */

import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Role } from '../../shared/api/bodies.ts'
import { type Auth, allows, type Credentials } from '../control/auth.ts'
import { ControlError } from '../errors.ts'
import type { ConnectionGuard } from './connections.ts'
import type { App } from './fastify.ts'
import type { ApiParts } from './parts.ts'

export const COOKIE = 'evenkeel_session'
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Host part of a `Host` field, lower case, without port and brackets; undefined when it is not one. */
export function hostName(host: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+))(?::\d{1,5})?$/i.exec(host ?? '')
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '')
}

/**
 * Whether the admin server answers to a name. Rebinding needs a name the attacker controls, so addresses and loopback names
 * are safe at any port (a tunnel such as `ssh -L 9000:localhost:7070` changes the port).
 */
export function nameExpected(host: string | undefined, names: ReadonlySet<string>): boolean {
  const name = hostName(host)
  if (name === undefined) return false
  if (isIP(name) > 0 || name === 'localhost' || name.endsWith('.localhost')) return true
  return names.has(name) || names.has((host ?? '').toLowerCase()) || names.has('*')
}

/** Why a request that changes something was not made by our own page; undefined when it was, or by no page at all. */
export function foreignOrigin(headers: FastifyRequest['headers'], adminHosts: readonly string[]): string | undefined {
  const { origin, host = '', 'sec-fetch-site': site } = headers
  // The browser says it itself, and no page can. It knows our address as the page does, whatever proxies make of Host on the way.
  if (site === 'same-origin') return undefined
  if (site !== undefined && site !== 'none') return 'The request was made by a page of another site.'
  if (origin === undefined) return undefined
  const page = URL.canParse(origin) ? new URL(origin) : undefined
  const ours = page && URL.canParse(`${page.protocol}//${host}`) ? new URL(`${page.protocol}//${host}`).host : undefined
  if (page === undefined || ours === undefined) return 'The request was made by a page of another site.'
  if (page.host === ours || adminHosts.includes(page.host)) return undefined
  return `The request was made by a page at ${page.host}, but reached us for ${ours}. If that is a proxy in front of the dashboard, let it pass Host on (nginx: proxy_set_header Host $http_host), or start with --admin-host ${page.host}.`
}

export function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '')
}

/** Whether the client sits on this machine and is not a proxy that speaks for somebody else. */
export function isLocalClient(request: FastifyRequest): boolean {
  const forwarded = request.headers['x-forwarded-for'] ?? request.headers.forwarded
  return isLoopback(request.socket.remoteAddress) && forwarded === undefined
}

/**
 * What a request shows to be let in; a bearer token goes before the cookie. Any other `Authorization` is none of ours: a proxy in front may
 * ask for a password of its own, which the browser then sends here as well.
 */
export function bearerOrCookie(request: FastifyRequest): Credentials {
  const authorization = request.headers.authorization ?? ''
  if (/^Bearer(?: |$)/i.test(authorization)) return { bearer: /^Bearer +(\S{1,512})$/i.exec(authorization)?.[1] ?? '' }
  const cookie = request.cookies[COOKIE]
  return cookie ? { cookie: cookie.slice(0, 512) } : {}
}

function accessOf(request: FastifyRequest): Role | 'anybody' {
  const { config, url } = request.routeOptions
  const unknown = url === undefined || url === '/*'
  if (unknown && !request.url.startsWith('/api')) return 'anybody'
  if (config.access !== undefined && !unknown) return config.access
  return SAFE.has(request.method) ? 'viewer' : 'operator'
}

/** Whether an accepted token proves who asks: a page that a foreign name led here has none to show. */
function hasToken(request: FastifyRequest, auth: Auth): boolean {
  const { bearer } = bearerOrCookie(request)
  return bearer !== undefined && auth.identify({ bearer }) !== undefined
}

/** Installs the checks in front of every route, unknown ones included. `names` may grow later. */
export function guard(
  app: App,
  { auth, adminHosts }: Pick<ApiParts, 'auth' | 'adminHosts'>,
  names: ReadonlySet<string>,
  connections: ConnectionGuard,
): void {
  const pages = adminHosts.map((name) => name.toLowerCase())
  app.decorateRequest('identity', null)
  app.addHook('onRequest', async (request) => {
    const { anyHost } = request.routeOptions.config
    const { host } = request.headers
    if (!anyHost && !nameExpected(host, names) && !hasToken(request, auth))
      throw new ControlError('wrong-host', `The admin server does not answer to the name "${hostName(host) ?? ''}".`)
    const foreign = SAFE.has(request.method) ? undefined : foreignOrigin(request.headers, pages)
    if (foreign !== undefined) throw new ControlError('cross-site', foreign)
    const access = accessOf(request)
    if (access === 'anybody') return
    const identity = auth.identify(bearerOrCookie(request))
    if (!identity) throw new ControlError('sign-in-required', 'You are not signed in, or your session has ended.')
    request.identity = identity
    connections.vouchFor(request.raw.socket)
    if (!allows(identity.role, access))
      throw new ControlError('role-too-low', `This needs the role ${access}; ${identity.name} has ${identity.role}.`)
  })
}

/** Name of who asks, for the history. */
export function actor(request: FastifyRequest): string {
  return request.identity?.name ?? 'nobody'
}
