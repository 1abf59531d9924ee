/** A listener served by `node:http` and http-proxy: the first engine, kept for comparison and as a fallback. */
import http, { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ListenerSnapshot } from '../../core/snapshot.ts'
import { endings } from '../endings.ts'
import type { BoundListener } from '../engine.ts'
import { Exchange } from '../exchange.ts'
import { type OwnAnswer, refusal } from '../own-answers.ts'
import type { Plane } from '../plane.ts'
import { NEWCOMER_MS } from '../room.ts'
import { ulid } from '../ulid.ts'
import { HttpProxyCarrier } from './carrier.ts'
import { answerToParser, endWithOwnAnswer, sendOptions, sendOwnAnswer } from './own-answer.ts'
import { RequestView, readTarget } from './request-view.ts'

export interface ListenerOptions {
  readonly reusePort: boolean
  readonly via: string
}

/** What is known about one client connection. */
interface Connection {
  carrier: HttpProxyCarrier | undefined
  /** Sent when the requests before it are answered. */
  lastWords: OwnAnswer | undefined
  busy: number
  acceptedAt: number
  trusted: boolean
}

const REFUSED_METHODS = new Set(['TRACE', 'CONNECT'])

class HttpProxyListener implements BoundListener {
  port = 0
  private settings: ListenerSnapshot
  private drained: Promise<void> | undefined
  private readonly plane: Plane
  private readonly options: ListenerOptions
  private readonly server: http.Server
  private readonly open = new Map<Socket, Connection>()
  private closing = false
  private onEmpty: (() => void) | undefined

  constructor(settings: ListenerSnapshot, plane: Plane, options: ListenerOptions) {
    this.settings = settings
    this.plane = plane
    this.options = options
    this.server = http.createServer({
      connectionsCheckingInterval: 1000,
      headersTimeout: settings.timeouts.headMs,
      requestTimeout: 0,
      keepAliveTimeout: settings.timeouts.idleMs,
      maxHeaderSize: settings.limits.headBytes,
      noDelay: true,
      // `node:http` would not read a body behind it: such a request goes on without the upgrade.
      shouldUpgradeCallback: ({ headers }) =>
        headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0,
      // Refused with a body of ours in `readTarget`.
      requireHostHeader: false,
    })
    this.server.maxHeadersCount = 0
    this.server.on('connection', (socket: Socket) => this.accept(socket))
    this.server.on('request', (message, response) => this.handle(message, response))
    this.server.on('checkContinue', (message, response) => {
      response.writeContinue()
      this.handle(message, response)
    })
    this.server.on('checkExpectation', (message, response) =>
      this.refuse(message, response, refusal(417, 'Only 100-continue may be expected.')),
    )
    this.server.on('upgrade', (message, socket, head) => this.upgrade(message, socket as Socket, head))
    this.server.on('connect', (message, socket) =>
      this.refuseRaw(socket as Socket, refusal(405, 'CONNECT is not offered here.'), message),
    )
    this.server.on('clientError', (error, socket) => this.clientError(error, socket as Socket))
  }

  listen(): Promise<void> {
    const { host, port } = this.settings
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen({ host, port, reusePort: this.options.reusePort, backlog: 4096 }, () => {
        this.server.off('error', reject)
        // Out of descriptors: accepting fails, what is open goes on.
        this.server.on('error', () => undefined)
        const address = this.server.address()
        this.port = typeof address === 'object' && address !== null ? address.port : port
        resolve()
      })
    })
  }

  connections(): number {
    return this.open.size
  }

  update(listener: ListenerSnapshot): void {
    this.settings = listener
    this.server.headersTimeout = listener.timeouts.headMs
    this.server.keepAliveTimeout = listener.timeouts.idleMs
  }

  private accept(socket: Socket): void {
    const { connections, connectionsPerAddress } = this.settings.limits
    if (this.open.size >= connections && !this.makeRoom()) return void socket.destroy()
    if (connectionsPerAddress > 0 && this.countOf(socket.remoteAddress) >= connectionsPerAddress)
      return void socket.destroy()
    this.open.set(socket, {
      carrier: undefined,
      lastWords: undefined,
      busy: 0,
      acceptedAt: performance.now(),
      trusted: this.settings.trusts(socket.remoteAddress ?? ''),
    })
    socket.on('close', () => {
      this.open.delete(socket)
      if (this.open.size === 0) this.onEmpty?.()
    })
  }

  /** Closes the oldest connection that is only waiting. False when every one is at work. */
  private makeRoom(): boolean {
    for (const [socket, connection] of this.open) {
      const newcomer = socket.bytesRead === 0 && performance.now() - connection.acceptedAt < NEWCOMER_MS
      if (connection.busy > 0 || newcomer) continue
      this.open.delete(socket)
      socket.destroy()
      return true
    }
    return false
  }

  private countOf(address: string | undefined): number {
    return [...this.open.keys()].filter((socket) => socket.remoteAddress === address).length
  }

  private handle(message: IncomingMessage, response: ServerResponse, head?: Buffer): void {
    const connection = this.open.get(message.socket)
    if (connection === undefined) return void message.socket.destroy()
    connection.busy += 1
    response.on('close', () => this.answered(message.socket, connection))
    if (message.method !== undefined && REFUSED_METHODS.has(message.method))
      return this.refuse(message, response, refusal(405, `${message.method} is not offered here.`))
    if (message.rawHeaders.length > this.settings.limits.fields * 2)
      return this.refuse(message, response, refusal(431, 'The request has too many header fields.'))
    if ((message.url?.length ?? 0) > this.settings.limits.targetBytes)
      return this.refuse(message, response, refusal(414, 'The request target is too long.'))
    if (message.method === 'OPTIONS' && (message.url === '*' || message.headers['max-forwards'] === '0'))
      return sendOptions(message, response)
    const target = readTarget(message)
    if ('status' in target) return this.refuse(message, response, target)
    const view = new RequestView(message, target, this.settings.trusts, connection.trusted, head !== undefined)
    const carrier = new HttpProxyCarrier(
      message,
      response,
      view,
      {
        via: this.options.via,
        addsVia: this.settings.via,
        closing: () => this.closing,
        bodyMs: this.settings.timeouts.bodyMs,
        writeMs: this.settings.timeouts.writeMs,
      },
      head,
    )
    connection.carrier = carrier
    carrier.begin(new Exchange(this.plane, carrier, this.settings.id))
  }

  /** After an answer: says the last words that waited for it, or closes when draining. */
  private answered(socket: Socket, connection: Connection): void {
    connection.busy -= 1
    connection.carrier = undefined
    if (connection.busy > 0) return
    if (connection.lastWords !== undefined) this.refuseRaw(socket, connection.lastWords)
    else if (this.closing) socket.end()
  }

  private upgrade(message: IncomingMessage, socket: Socket, head: Buffer): void {
    // `node:http` gives no response object here; one of our own answers what is not upgraded after all.
    const response = new ServerResponse(message)
    response.assignSocket(socket)
    response.shouldKeepAlive = false
    response.on('finish', () => socket.end())
    socket.on('error', () => socket.destroy())
    this.handle(message, response, head)
  }

  private refuse(message: IncomingMessage, response: ServerResponse, own: OwnAnswer): void {
    message.resume()
    const id = ulid(Date.now())
    sendOwnAnswer(message, response, own, id, true)
    this.tell(id, own, message.socket, message)
  }

  private tell(id: string, { status, detail }: OwnAnswer, socket: Socket, message?: IncomingMessage): void {
    const line = message === undefined ? '' : `${message.method} ${message.url}`.slice(0, 200)
    this.plane.refused({ id, listener: this.settings.id, client: socket.remoteAddress ?? '', status, detail, line })
  }

  private refuseRaw(socket: Socket, own: OwnAnswer, message?: IncomingMessage): void {
    if (!socket.writable) return void socket.destroy()
    const id = ulid(Date.now())
    this.tell(id, own, socket, message)
    endWithOwnAnswer(socket, own, id, message?.headers.accept)
  }

  private clientError(error: Error, socket: Socket): void {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const own = answerToParser(code)
    const connection = this.open.get(socket)
    if (connection?.carrier?.refuseBody(own)) return
    // A 400 for a later pipelined request must not overtake the answers before it (RFC 9112 §9.3.2).
    if (connection !== undefined && connection.busy > 0) connection.lastWords = own
    else this.refuseRaw(socket, own)
  }

  cut(slot: number): void {
    for (const connection of this.open.values())
      if (connection.carrier?.slot === slot) connection.carrier.cut(endings.backendRemoved)
  }

  drain(): Promise<void> {
    this.drained ??= this.beginDraining()
    return this.drained
  }

  private beginDraining(): Promise<void> {
    this.closing = true
    this.server.close()
    this.server.closeIdleConnections()
    for (const [socket, connection] of this.open) if (connection.busy === 0) socket.end()
    if (this.open.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.onEmpty = resolve
    })
  }

  destroy(): void {
    this.closing = true
    this.server.close()
    for (const [socket, { carrier }] of this.open) {
      carrier?.cut(endings.stopping)
      socket.destroy()
    }
  }
}

/** Opens a listener. Rejects with the system's error when the address cannot be taken. */
export async function openHttpProxyListener(
  settings: ListenerSnapshot,
  plane: Plane,
  options: ListenerOptions,
): Promise<BoundListener> {
  const listener = new HttpProxyListener(settings, plane, options)
  await listener.listen()
  return listener
}
