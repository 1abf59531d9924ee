/** Carries one exchange between `node:http` and the http-proxy library: sends tries, relays the answer, notices who left first. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { BackendRef, PoolSnapshot } from '../../core/snapshot.ts'
import { type Ending, endings } from '../endings.ts'
import type { Carrier, Failure } from '../engine.ts'
import type { Exchange } from '../exchange.ts'
import { type OwnAnswer, ownAnswers } from '../own-answers.ts'
import { pumpAnswer, writeHead, writeHints } from './answer-pump.ts'
import { Attempt } from './attempt.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import { sendOwnAnswer } from './own-answer.ts'
import { ReplayBody, watchBody } from './replay-body.ts'
import type { RequestView } from './request-view.ts'
import { joinTunnel } from './tunnel.ts'

export interface CarrierOptions {
  /** Name in `Via`. */
  readonly via: string
  /** Requests towards backends carry it. */
  readonly addsVia: boolean
  /** True once the listener is closing: answers carry `Connection: close`. */
  readonly closing: () => boolean
  /** Longest pause of a request body, in milliseconds. */
  readonly bodyMs: number
  /** Longest time for the client to take what has been written, in milliseconds. */
  readonly writeMs: number
}

export class HttpProxyCarrier implements Carrier {
  readonly request: RequestView
  private readonly message: IncomingMessage
  private readonly response: ServerResponse
  private readonly clientSocket: Socket
  private readonly upgradeHead: Buffer | undefined
  private readonly options: CarrierOptions
  private exchange: Exchange | undefined
  private body: ReplayBody | undefined
  private attemptNow: Attempt | undefined
  private answer_: IncomingMessage | undefined
  private over = false

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    view: RequestView,
    options: CarrierOptions,
    upgradeHead?: Buffer,
  ) {
    this.message = message
    this.response = response
    this.clientSocket = message.socket
    this.request = view
    this.options = options
    this.upgradeHead = upgradeHead
  }

  /** Lets the exchange begin and watches for the client leaving. */
  begin(exchange: Exchange): void {
    this.exchange = exchange
    const hasBody = this.request.bodyLength !== 0 && !this.request.upgrade
    this.response.on('close', () => {
      if (!this.response.writableFinished) this.clientGone(exchange)
    })
    this.response.on('error', () => this.clientGone(exchange))
    exchange.start()
    if (this.body === undefined && hasBody && !exchange.waiting) this.message.resume()
  }

  /** Slot of the backend in use, or -1. */
  get slot(): number {
    return this.exchange?.slot ?? -1
  }

  private bodyFor(exchange: Exchange, pool: PoolSnapshot): ReplayBody {
    if (this.body === undefined) {
      const hasBody = this.request.bodyLength !== 0 && !this.request.upgrade
      this.body = new ReplayBody(this.message, pool.bufferedBody, hasBody, (total) => {
        exchange.bytesIn = total
        this.attemptNow?.bodyMoved()
        if (total > exchange.maxBody) this.abandon(exchange, ownAnswers.bodyTooLarge)
      })
      this.request.body = this.body
      watchBody(this.message, this.body, this.options.bodyMs, () => {
        if (this.over) return
        exchange.ending = endings.sendsNothing(this.options.bodyMs)
        this.abandon(exchange, ownAnswers.clientSlow)
      })
    }
    return this.body
  }

  /** The body has turned out to be invalid. False: there is none under way. */
  refuseBody(own: OwnAnswer): boolean {
    const { exchange } = this
    if (exchange === undefined || this.over || this.body === undefined || this.body.complete) return false
    this.abandon(exchange, own)
    return true
  }

  private abandon(exchange: Exchange, own: OwnAnswer, failure?: Failure): void {
    this.attemptNow?.destroy()
    this.answer_?.destroy()
    if (this.response.headersSent) this.clientSocket.destroy()
    else {
      exchange.status = own.status
      exchange.ours = true
      this.answer(exchange, own)
    }
    exchange.finish(failure === undefined ? 'refused' : 'backend-broke', failure)
  }

  attempt(exchange: Exchange, backend: BackendRef, pool: PoolSnapshot): void {
    if (this.over) return exchange.finish('client-aborted')
    const body = this.bodyFor(exchange, pool)
    const { request, options } = this
    const upgrade = request.upgrade ? (this.message.headers.upgrade ?? 'websocket') : undefined
    const headers = requestHeaders(this.message, {
      clientAddress: this.clientSocket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
      trusted: request.trusted,
      said: request.said,
      host: request.authority || backend.address,
      authority: request.authority,
      requestId: request.id,
      via: options.addsVia ? options.via : '',
      upgrade,
      chunked: request.bodyLength === Number.POSITIVE_INFINITY,
    })
    const attempt = new Attempt(
      backend,
      pool,
      { method: request.method, target: request.target, headers },
      {
        ready: () => body.sendInto(attempt.body),
        connected: () => {
          exchange.connected()
          body.commit()
        },
        failed: (failure) => {
          body.detach()
          exchange.attemptFailed(failure)
        },
        answered: (response) => this.relay(exchange, pool, response),
        upgraded: (response, socket, head) => this.upgrade(exchange, pool, response, socket, head),
        information: (status, fields) => this.relayInformation(status, fields),
      },
      exchange.attempts <= pool.retry.attempts ? pool.retry.timeoutMs : 0,
    )
    this.attemptNow = attempt
    attempt.start()
  }

  discard(): void {
    this.attemptNow?.destroy()
  }

  private relayInformation(status: number, fields: IncomingMessage['headers']): void {
    if (this.response.headersSent || this.message.httpVersionMinor === 0) return
    if (status === 103 && fields.link !== undefined) writeHints(this.response, fields)
    else if (status === 102) this.response.writeProcessing()
  }

  private relay(exchange: Exchange, pool: PoolSnapshot, answer: IncomingMessage): void {
    const status = answer.statusCode ?? 502
    if (!exchange.responseStarted(status)) {
      answer.destroy()
      return
    }
    this.answer_ = answer
    const { response } = this
    const headers = this.answerHeaders(exchange, answer)
    if (answer.headers.date !== undefined) response.sendDate = false
    // What is left of the body is not waited for.
    if (this.options.closing() || this.body?.complete === false) response.shouldKeepAlive = false
    const fault = writeHead(response, status, answer.statusMessage, headers)
    if (fault !== undefined) return this.abandon(exchange, ownAnswers.badBackend, fault)
    // A head-only start must reach the client at once: server-sent events may take long for their first byte. `node:http` would write
    // bytes above 127 as UTF-8 here; such a head goes out with the first byte of its body.
    if (!headers.some((text) => /[^ -~]/.test(text))) response.flushHeaders()
    pumpAnswer({
      exchange,
      answer,
      response,
      client: this.clientSocket,
      readMs: pool.timeouts.readMs,
      writeMs: this.options.writeMs,
      claimEnd: () => this.claimEnd(),
    })
  }

  private answerHeaders(exchange: Exchange, answer: IncomingMessage): string[] {
    const headers = responseHeaders(answer.rawHeaders, this.request.id, this.options.via, answer.httpVersion)
    const cookie = exchange.bindingCookie
    if (cookie !== '') headers.push('Set-Cookie', cookie)
    return headers
  }

  private upgrade(
    exchange: Exchange,
    pool: PoolSnapshot,
    answer: IncomingMessage,
    backendSocket: Socket,
    head: Buffer,
  ): void {
    if (!this.request.upgrade || !exchange.responseStarted(101)) {
      backendSocket.destroy()
      return
    }
    this.over = true
    exchange.tunnelOpened()
    this.response.detachSocket(this.clientSocket)
    joinTunnel({
      exchange,
      answer,
      client: this.clientSocket,
      clientHead: this.upgradeHead,
      backend: backendSocket,
      backendHead: head,
      idleMs: pool.timeouts.tunnelMs,
      headers: this.answerHeaders(exchange, answer),
    })
  }

  answer(_exchange: Exchange, own: OwnAnswer): void {
    if (this.over) return
    this.over = true
    sendOwnAnswer(
      this.message,
      this.response,
      own,
      this.request.id,
      this.options.closing() || (this.body !== undefined && !this.body.complete),
    )
  }

  /** True for the first caller only. */
  private claimEnd(): boolean {
    if (this.over) return false
    this.over = true
    return true
  }

  private clientGone(exchange: Exchange): void {
    if (!this.claimEnd()) return
    this.attemptNow?.destroy()
    this.answer_?.destroy()
    exchange.finish('client-aborted')
  }

  /** Ends the exchange at once by cutting the client. */
  cut(ending: Ending): void {
    if (this.exchange !== undefined) this.exchange.ending = ending
    this.clientSocket.destroy()
  }
}
