/** An incoming request of `node:http` as an exchange sees it. */
import type { IncomingMessage } from 'node:http'
import { clientBehind, type Forwarded, readForwarded, saysTls } from '../../core/forwarded.ts'
import { DEBUG_FIELD } from '../debug-token.ts'
import type { BodyState, ExchangeRequest } from '../engine.ts'
import { forwardedPath, matchPath, pathBehindHost, withOneSlash } from '../http1/normal-path.ts'
import { type OwnAnswer, refusal } from '../own-answers.ts'
import { ulid } from '../ulid.ts'

const X_FORWARDED = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port']
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

export class RequestView implements ExchangeRequest {
  readonly id: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly otherPath: string
  /** Path and query as they came, dot segments resolved: what goes to the backend. */
  target: string
  /** Value for `Host` towards the backend. */
  readonly authority: string
  readonly bodyLength: number
  readonly upgrade: boolean
  readonly trusted: boolean
  body: { state(): BodyState } | undefined
  private readonly message: IncomingMessage
  private readonly peer: string
  private readonly trusts: (address: string) => boolean

  constructor(
    message: IncomingMessage,
    target: { authority: string; path: string; query: string },
    trusts: (address: string) => boolean,
    trusted: boolean,
    upgrade: boolean,
  ) {
    this.message = message
    this.peer = message.socket.remoteAddress ?? ''
    this.trusts = trusts
    this.trusted = trusted
    const given = message.headers['x-request-id']
    this.id = trusted && typeof given === 'string' && REQUEST_ID.test(given) ? given : ulid(Date.now())
    this.method = message.method ?? 'GET'
    this.authority = target.authority
    this.host = target.authority.replace(/:\d*$/, '').toLowerCase()
    this.path = matchPath(target.path)
    this.otherPath = pathBehindHost(target.path)
    this.target = target.path + target.query
    this.upgrade = upgrade
    const length = message.headers['content-length']
    this.bodyLength =
      message.headers['transfer-encoding'] !== undefined
        ? Number.POSITIVE_INFINITY
        : length === undefined
          ? 0
          : Number(length)
  }

  get debug(): string | undefined {
    return this.header(DEBUG_FIELD)
  }

  mergeSlashes(): void {
    this.target = withOneSlash(this.target)
  }

  bodyState(): BodyState {
    return this.body?.state() ?? 'none'
  }

  clientAddress(): string {
    const peer = this.peer.replace(/^::ffff:/, '')
    if (!this.trusted) return peer
    const { said } = this
    if (said !== undefined) return said.client === '' ? peer : said.client
    const chain = this.message.headers['x-forwarded-for']
    return clientBehind(Array.isArray(chain) ? chain.join(',') : chain, peer, this.trusts)
  }

  /** What the Forwarded field of a trusted proxy says, when it sends no X-Forwarded-* field at all. */
  get said(): Forwarded | undefined {
    const { headers } = this.message
    if (!this.trusted || headers.forwarded === undefined) return undefined
    if (X_FORWARDED.some((name) => headers[name] !== undefined)) return undefined
    if (/(?:^|,)\s*forwarded\s*(?:,|$)/i.test(headers.connection ?? '')) return undefined
    return readForwarded(headers.forwarded, this.trusts)
  }

  get secure(): boolean {
    return this.trusted && saysTls(this.header('x-forwarded-proto') ?? this.said?.proto ?? '')
  }

  uri(): string {
    return this.target
  }

  header(name: string): string | undefined {
    const value = this.message.headers[name]
    return Array.isArray(value) ? value[0] : value
  }

  cookie(name: string): string | undefined {
    for (const part of (this.message.headers.cookie ?? '').split(';')) {
      const equals = part.indexOf('=')
      if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim()
    }
    return undefined
  }

  query(name: string): string | undefined {
    const mark = this.target.indexOf('?')
    return mark < 0 ? undefined : (new URLSearchParams(this.target.slice(mark + 1)).get(name) ?? undefined)
  }
}

const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]*)(?::\d{0,5})?$/

/** Where a request is going, or the answer that refuses it. Covers what Node's parser lets through (RFC 9112 §3.2). */
export function readTarget(message: IncomingMessage): { authority: string; path: string; query: string } | OwnAnswer {
  if (message.httpVersion !== '1.1' && message.httpVersion !== '1.0')
    return refusal(505, 'Only HTTP/1.0 and HTTP/1.1 are spoken here.')
  const coding = message.headers['transfer-encoding']
  // RFC 9112 §6.1. Node's parser takes any list that ends in `chunked`, also in HTTP/1.0.
  if (coding !== undefined && message.httpVersion === '1.0')
    return refusal(400, 'The request has Transfer-Encoding in HTTP/1.0.')
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked')
    return refusal(501, 'The request has a Transfer-Encoding other than chunked.')
  const hosts = message.rawHeaders.filter(
    (_, index) => index % 2 === 0 && (message.rawHeaders[index] as string).toLowerCase() === 'host',
  )
  if (hosts.length > 1) return refusal(400, 'The request names more than one Host.')
  let authority = message.headers.host ?? ''
  if (!AUTHORITY.test(authority)) return refusal(400, 'The Host field is not a valid host.')
  if (message.httpVersion === '1.1' && hosts.length === 0) return refusal(400, 'The request names no Host.')
  let url = message.url ?? '/'
  const absolute = /^https?:\/\/([^/?#]*)/i.exec(url)
  if (absolute !== null) {
    authority = absolute[1] as string
    if (authority === '' || !AUTHORITY.test(authority)) return refusal(400, 'The request target names no valid host.')
    url = url.slice(absolute[0].length)
    if (!url.startsWith('/')) url = `/${url}`
  }
  const mark = url.indexOf('?')
  const path = forwardedPath(mark < 0 ? url : url.slice(0, mark))
  if (path === undefined || /[^\x21-\x7e]|#/.test(url)) return refusal(400, 'The request target is not valid.')
  return { authority, path, query: mark < 0 ? '' : url.slice(mark) }
}
