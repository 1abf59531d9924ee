/** One try of one request through the http-proxy library, which is given a stand-in for the request so that a try can be repeated. */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import httpProxy from 'http-proxy'
import type { BackendRef, PoolSnapshot } from '../../core/snapshot.ts'
import type { Failure } from '../engine.ts'
import { givesSignIn, offersSignIn } from '../http1/connection-auth.ts'
import { agentFor, lookupAmong } from './agents.ts'

/** What an attempt tells its carrier. Exactly one of `failed`, `answered`, `upgraded` is called, and nothing after `destroy`. */
export interface AttemptListener {
  /** The body may be written now. */
  ready(): void
  connected(): void
  failed(failure: Failure): void
  answered(response: IncomingMessage): void
  upgraded(response: IncomingMessage, socket: Socket, head: Buffer): void
  information(status: number, headers: IncomingMessage['headers']): void
}

/** What http-proxy reads of a request: a body stream with a method, a target and header fields. */
interface StandIn extends PassThrough {
  method: string
  url: string
  headers: Record<string, string | string[]>
  socket: { destroyed: boolean }
  attempt: Attempt
}

const proxy = httpProxy.createProxyServer({ selfHandleResponse: true, toProxy: true })
// Its `deleteLength` pass drops the framing of DELETE and OPTIONS bodies, which turns the body into a second, smuggled request.
const passes = (proxy as unknown as { webPasses: { name: string }[] }).webPasses
;(proxy as unknown as { webPasses: { name: string }[] }).webPasses = passes.filter(
  (pass) => pass.name !== 'deleteLength',
)
proxy.on('proxyReq', (request, standIn) => (standIn as unknown as StandIn).attempt.onSocket(request))
proxy.on('proxyRes', (response, standIn) => (standIn as unknown as StandIn).attempt.onResponse(response))
// Every try has its own error callback; this one only keeps an event without a listener from throwing.
proxy.on('econnreset', (error, standIn) => (standIn as unknown as StandIn).attempt.onError(error))

/** More than this many 1xx answers to one request are nonsense. */
const MAX_INFORMATION = 100

export class Attempt {
  /** The stream to write the request body into. */
  readonly body: PassThrough
  private readonly pool: PoolSnapshot
  private readonly backend: BackendRef
  private readonly listener: AttemptListener
  /** Longest time for this try by the retry policy, in milliseconds; 0 for none. */
  private readonly tryMs: number
  private request: ClientRequest | undefined
  private settled = false
  private isConnected = false
  private informations = 0
  private timer: NodeJS.Timeout | undefined

  constructor(
    backend: BackendRef,
    pool: PoolSnapshot,
    head: { method: string; target: string; headers: Record<string, string | string[]> },
    listener: AttemptListener,
    tryMs: number,
  ) {
    this.tryMs = tryMs
    this.backend = backend
    this.pool = pool
    this.listener = listener
    const standIn = new PassThrough() as StandIn
    standIn.method = head.method
    standIn.url = head.target
    standIn.headers = head.headers
    standIn.socket = { destroyed: false }
    standIn.attempt = this
    this.body = standIn
  }

  start(): void {
    const { at, port, address } = this.backend
    if (at.addresses.length === 0) {
      process.nextTick(() =>
        this.fail('unresolved', 'not-connected', `no address to connect to for ${address}: ${at.problem}`),
      )
      return
    }
    // Several addresses make a name of their own for the agent, so that connections to those of before are not taken any more.
    const host = at.addresses.join(' ')
    this.arm(this.pool.timeouts.connectMs, 'connect-timeout')
    try {
      proxy.web(
        this.body as unknown as IncomingMessage,
        {} as ServerResponse,
        {
          target: { host, hostname: host, port, protocol: 'http:' } as never,
          agent: agentFor(this.pool.timeouts.keepAliveMs),
          // The library makes the options of its request from this object, whatever the protocol.
          ssl: { maxHeaderSize: this.pool.limits.headBytes, lookup: lookupAmong(at.addresses) },
        },
        (error) => this.onError(error),
      )
    } catch (error) {
      // http-proxy builds the request synchronously and throws on characters that Node refuses in a head.
      process.nextTick(() => this.onError(error as Error))
    }
  }

  onSocket(request: ClientRequest): void {
    if (this.request !== undefined) return
    this.request = request
    if (this.settled) {
      request.destroy()
      return
    }
    // http-proxy has written it in its own spelling. A body written earlier than this would have sent that.
    request.path = (this.body as StandIn).url
    this.listener.ready()
    // `node:http` keeps the head back until the first byte of a body; the backend may have something to say to the head alone.
    if (!this.body.writableEnded) request.flushHeaders()
    request.on('information', (info) => this.onInformation(info.statusCode, info.headers))
    request.on('upgrade', (response, socket, head) => {
      // RFC 9110 §7.8: only what has been asked for may be switched to.
      if ((this.body as StandIn).headers.upgrade === undefined) {
        socket.destroy()
        this.fail(
          'invalid-response',
          'response-started',
          `${this.backend.address} sent 101 although no upgrade was asked for`,
        )
      } else if (this.settle()) this.listener.upgraded(response, socket as Socket, head)
    })
    const socket = request.socket as Socket
    if (socket.connecting) socket.once('connect', () => this.onConnect())
    else this.onConnect()
  }

  private onConnect(): void {
    if (this.settled) return
    this.isConnected = true
    this.armHead()
    this.listener.connected()
  }

  private armHead(): void {
    const { headMs } = this.pool.timeouts
    if (this.tryMs > 0 && this.tryMs < headMs) this.arm(this.tryMs, 'try-timeout')
    else this.arm(headMs, 'head-timeout')
  }

  /** Body bytes have gone to the backend: time to answer begins anew. */
  bodyMoved(): void {
    if (this.isConnected && !this.settled) this.armHead()
  }

  private onInformation(status: number, headers: IncomingMessage['headers']): void {
    if (this.settled) return
    this.informations += 1
    if (this.informations > MAX_INFORMATION)
      return this.fail('invalid-response', 'response-started', 'endless 1xx answers')
    this.listener.information(status, headers)
  }

  onResponse(response: IncomingMessage): void {
    const status = response.statusCode ?? 0
    // `node:http` lets any three digits through.
    if (status < 200) this.invalid(`status ${status}`)
    // `node:http` takes the chunks off and hands out what another coding has left as if it were the body.
    const coding = response.headers['transfer-encoding']
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') this.invalid('an invalid Transfer-Encoding')
    if (response.rawHeaders.length / 2 > this.pool.limits.fields) this.invalid('too many header fields')
    // Node keeps a connection when the answer has ended, unless it is told otherwise by then.
    const ends = this.signsIn(response) || (response.httpVersionMinor === 0 && coding !== undefined)
    if (this.request !== undefined && ends) this.request.shouldKeepAlive = false
    if (this.settle()) this.listener.answered(response)
    else response.destroy()
  }

  private invalid(what: string): void {
    this.fail('invalid-response', 'response-started', `${this.backend.address} sent ${what}`)
  }

  /** NTLM and Negotiate sign in a connection: nobody else may have it afterwards. */
  private signsIn(response: IncomingMessage): boolean {
    const given = (this.body as StandIn).headers.authorization ?? ''
    return givesSignIn(String(given)) || offersSignIn(response.headers['www-authenticate'] ?? '')
  }

  onError(error: Error): void {
    if (this.settled) return
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const { address } = this.backend
    if (!this.isConnected) {
      if (code === 'ECONNREFUSED') return this.fail('refused', 'not-connected', `connection refused by ${address}`)
      return this.fail('unreachable', 'not-connected', `cannot connect to ${address}: ${code || error.message}`)
    }
    if (code.startsWith('HPE_'))
      return this.fail('invalid-response', 'response-started', `invalid answer from ${address}: ${error.message}`)
    if (this.informations > 0)
      return this.fail('response-cut', 'response-started', `${address} closed in the middle of a head`)
    if (this.request?.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')) {
      return this.fail('idle-race', 'sent', `idle connection to ${address} had been closed`)
    }
    this.fail('reset', 'sent', `connection to ${address} was reset before an answer`)
  }

  private fail(kind: Failure['kind'], stage: Failure['stage'], detail: string): void {
    if (!this.settle()) return
    this.request?.destroy()
    this.body.destroy()
    this.listener.failed({ kind, side: 'backend', stage, detail })
  }

  private arm(ms: number, kind: 'connect-timeout' | 'head-timeout' | 'try-timeout'): void {
    clearTimeout(this.timer)
    const stage = kind === 'connect-timeout' ? 'not-connected' : 'sent'
    const what = kind === 'connect-timeout' ? 'no connection to' : 'no answer from'
    this.timer = setTimeout(() => this.fail(kind, stage, `${what} ${this.backend.address} within ${ms} ms`), ms)
  }

  private settle(): boolean {
    if (this.settled) return false
    this.settled = true
    clearTimeout(this.timer)
    return true
  }

  /** Gives the attempt up: the backend's connection is closed, nothing is reported any more. */
  destroy(): void {
    this.settle()
    this.request?.destroy()
    this.body.destroy()
  }
}
