/**
 * Carries one exchange of the native engine: sends the request to a backend, relays the answer, keeps what may have to be sent again.
 * Reused for one exchange after another; between two it holds nothing.
 */
import { isIdempotent } from '../../core/retry-policy.ts'
import type { BackendRef, PoolSnapshot } from '../../core/snapshot.ts'
import type { Carrier, Failure } from '../engine.ts'
import { Exchange } from '../exchange.ts'
import { givesSignIn } from '../http1/connection-auth.ts'
import { FIELD } from '../http1/known-fields.ts'
import { type OwnAnswer, ownAnswers, refusal } from '../own-answers.ts'
import type { BackendConnection } from '../upstream/connection.ts'
import type { Waiter } from '../upstream/pool.ts'
import { AnswerRelay } from './answer-relay.ts'
import { AnswerWait } from './answer-wait.ts'
import type { ClientConnection } from './client-connection.ts'
import { NativeRequest } from './native-request.ts'
import type { NativeThread } from './native-thread.ts'
import { isForUs, writeOptions, writeOwnAnswer } from './own-answer-writer.ts'
import { RequestBody } from './request-body.ts'

/** Bytes of a body kept before it is known which pool they are for. */
const FIRST_BODY_BYTES = 65_536

export class NativeCarrier implements Carrier, Waiter {
  readonly body: RequestBody
  readonly request: NativeRequest
  readonly thread: NativeThread
  client!: ClientConnection
  exchange: Exchange | undefined
  pool: PoolSnapshot | undefined
  connection: BackendConnection | undefined
  private backend: BackendRef | undefined
  readonly wait = new AnswerWait(this)
  private readonly relay: AnswerRelay
  waitsSince = 0
  private waiting = false
  private reused = false
  /** An answer is on its way to the client: the exchange cannot start over. */
  private answered = false

  constructor(thread: NativeThread) {
    this.thread = thread
    this.body = new RequestBody(thread.kept)
    this.request = new NativeRequest(this, thread.heads)
    this.relay = new AnswerRelay(this)
  }

  /** Forgets the exchange. */
  reset(): void {
    this.exchange = undefined
    this.pool = undefined
    this.backend = undefined
    this.connection = undefined
    this.waiting = false
    this.answered = false
    this.wait.reset()
    this.relay.reset()
    this.body.forget()
    this.request.reset()
  }

  /** Begins the exchange of the head just parsed; body bytes follow in the same buffer. Returns where the next unread byte is. */
  begin(buffer: Buffer, start: number, end: number): number {
    const { client, thread } = this
    this.request.begin()
    this.body.begin(this.request.head)
    if (isForUs(this.request)) {
      this.answerItself()
      return start
    }
    const exchange = new Exchange(thread.plane, this, client.home.settings.id)
    this.exchange = exchange
    const taken = this.body.open && start < end ? this.bodyBytes(buffer, start, end) : 0
    // The first bytes of the body may already have been refused.
    if (this.exchange === exchange && !this.answered) exchange.start()
    if (this.exchange === exchange && this.body.open) client.rearm()
    return start + taken
  }

  private answerItself(): void {
    const keepAlive = this.request.keepAlive && this.body.done
    writeOptions(this.client, !keepAlive)
    this.client.exchangeDone(keepAlive)
  }

  /** Takes body bytes of the client; returns how many. The rest belongs to the next request. */
  bodyBytes(buffer: Buffer, start: number, end: number): number {
    const { body, exchange, connection } = this
    const limit = this.pool?.bufferedBody ?? FIRST_BODY_BYTES
    const taken = body.take(buffer, start, end, connection, limit)
    if (!body.flowing || (connection === undefined && body.outgrows(limit))) this.client.pause()
    if (exchange !== undefined) {
      exchange.bytesIn = body.received
      if (body.refused) this.giveUp(refusal(body.status, `The request has ${body.reason}.`))
      else if (body.received > exchange.maxBody) this.giveUp(ownAnswers.bodyTooLarge)
      else this.bodyMoved()
    }
    return taken
  }

  /** Body bytes have come or gone: sets the deadlines of both sides anew. */
  private bodyMoved(): void {
    this.client.rearm()
    if (this.connection !== undefined && this.relay.awaitsHead) this.wait.moved(this.connection)
  }

  attempt(_exchange: Exchange, backend: BackendRef, pool: PoolSnapshot): void {
    this.backend = backend
    this.pool = pool
    this.waiting = true
    this.thread.poolOf(backend).acquire(this, backend, pool.timeouts.connectMs)
  }

  connectionReady(connection: BackendConnection, reused: boolean): void {
    const { exchange, pool, request, client } = this
    this.waiting = false
    if (exchange === undefined || pool === undefined || this.backend === undefined) return connection.destroy()
    this.connection = connection
    this.reused = reused
    connection.owner = this.relay
    connection.hintMs = Number.POSITIVE_INFINITY
    this.relay.expectAnswer(connection)
    exchange.connected()
    const { id, head } = request
    const authorization = head.fields.ofKind(FIELD.authorization)
    if (authorization !== undefined) connection.signedIn = givesSignIn(authorization)
    const host = head.authority === '' ? this.backend.address : head.authority
    this.body.send(client.writer.write(head, id, host, this.wait.expects100, client.home.settings), connection)
    if (!isIdempotent(request.method)) this.body.giveAway()
    if (this.body.open && connection.outlet.unsent === 0) client.resume()
    this.wait.begin(connection, pool, exchange.attempts)
  }

  get answerBegun(): boolean {
    return this.answered
  }

  connectFailed(failure: Failure): void {
    this.waiting = false
    this.exchange?.attemptFailed(failure)
  }

  /** The backend has taken everything that was written: more may come. */
  backendDrained(): void {
    const { client } = this
    if (!client.isPaused) return
    if (client.phase === 'tunnel') client.resume()
    else {
      // A client that is not heard cannot be seen to leave.
      client.resumeUnlessFull()
      if (this.body.open) this.bodyMoved()
    }
  }

  clientDrained(): void {
    this.relay.clientDrained()
  }

  /** The attempt has failed before anything went to the client; the connection is of no further use. */
  attemptFailed(kind: Failure['kind'], detail: string): void {
    const { connection, exchange } = this
    const race = kind === 'reset' && this.reused
    this.connection = undefined
    connection?.destroy()
    // One stale connection means that its idle neighbours are stale too.
    if (race) connection?.pool.closeIdle()
    const stage = kind === 'response-cut' || kind === 'invalid-response' ? 'response-started' : 'sent'
    exchange?.attemptFailed({ kind: race ? 'idle-race' : kind, side: 'backend', stage, detail })
  }

  discard(): void {
    this.dropConnection()
  }

  private dropConnection(): void {
    const { connection } = this
    this.connection = undefined
    connection?.destroy()
  }

  /** The answer's head goes to the client: from here on there is no way back. */
  answerBegins(): void {
    this.answered = true
  }

  /** The whole answer has been passed on. */
  complete(keepAlive: boolean, reusable: boolean): void {
    const { connection, exchange, pool, client } = this
    const bodyDone = this.body.done
    this.connection = undefined
    exchange?.finish('complete')
    if (connection !== undefined && pool !== undefined) {
      if (reusable && bodyDone) connection.pool.release(connection, pool.timeouts.keepAliveMs)
      else connection.destroy()
    }
    client.exchangeDone(keepAlive && bodyDone)
  }

  answer(exchange: Exchange, own: OwnAnswer): void {
    const { request, client } = this
    this.dropConnection()
    // A client of HTTP/1.0 would need to be told that the connection stays: it is not worth it.
    const keepAlive = request.keepAlive && request.minor === 1 && this.body.done && !client.home.closing
    this.answered = true
    writeOwnAnswer(client, own, request.id, request.header('accept'), request.method === 'HEAD', !keepAlive)
    if (this.exchange === exchange) client.exchangeDone(keepAlive)
  }

  /** Ends the exchange because of what the client sent. */
  giveUp(own: OwnAnswer): void {
    const { exchange, client } = this
    if (exchange === undefined) return
    this.stopWaiting()
    this.dropConnection()
    if (this.answered) {
      exchange.finish('refused')
      client.cut()
      return
    }
    exchange.status = own.status
    exchange.ours = true
    exchange.detail = own.detail
    exchange.finish('refused')
    this.answer(exchange, own)
  }

  private stopWaiting(): void {
    if (this.waiting && this.backend !== undefined) this.thread.poolOf(this.backend).abandon(this)
    this.waiting = false
  }

  /** The client has left: the backend is told by closing its connection. */
  clientGone(): void {
    const { exchange } = this
    this.stopWaiting()
    this.dropConnection()
    exchange?.finish(this.relay.tunnel !== undefined ? 'complete' : 'client-aborted')
    this.thread.returnCarrier(this)
  }

  /** The backend may have switched before the whole body had come: what is left of it goes first. */
  tunnelBytes(buffer: Buffer, length: number): void {
    const from = this.body.open ? this.bodyBytes(buffer, 0, length) : 0
    if (from < length) this.relay.tunnel?.fromClient(buffer, from, length)
  }

  tunnelEnded(): void {
    this.relay.tunnel?.clientEnded()
  }
}
