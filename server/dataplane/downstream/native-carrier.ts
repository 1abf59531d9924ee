/**
 * Carries one exchange of the native engine: sends the request to a backend, relays the answer, keeps what may have to be sent again.
 * Reused for one exchange after another; between two it holds nothing.
 */
import type { BackendRef, PoolSnapshot } from '../../core/snapshot.ts'
import type { Carrier, Failure } from '../engine.ts'
import { Exchange } from '../exchange.ts'
import { BODY, BodyDecoder } from '../http1/body.ts'
import { FRAMING } from '../http1/framing.ts'
import { RequestHead } from '../http1/request-head.ts'
import { type OwnAnswer, ownAnswers, refusal } from '../own-answers.ts'
import { keep } from '../shared-buffer.ts'
import type { BackendConnection, ConnectionOwner } from '../upstream/connection.ts'
import type { Waiter } from '../upstream/pool.ts'
import { AnswerRelay } from './answer-relay.ts'
import type { ClientConnection } from './client-connection.ts'
import { NativeRequest } from './native-request.ts'
import type { NativeThread } from './native-thread.ts'
import { writeOwnAnswer } from './own-answer-writer.ts'

const ALLOW = 'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n'

export class NativeCarrier implements Carrier, ConnectionOwner, Waiter {
  readonly head = new RequestHead()
  /** Reads the request body. */
  readonly bodyState = new BodyDecoder()
  readonly request: NativeRequest
  readonly thread: NativeThread
  client!: ClientConnection
  exchange: Exchange | undefined
  pool: PoolSnapshot | undefined
  connection: BackendConnection | undefined
  private backend: BackendRef | undefined
  private readonly relay: AnswerRelay
  waitsSince = 0
  private waiting = false
  private reused = false
  /** Body bytes in the form they are sent in, from the first on, while they may be needed again. */
  private kept: (string | Buffer)[] = []
  private keptBytes = 0
  private keeping = true
  /** An answer is on its way to the client: the exchange cannot start over. */
  private answered = false
  /** A 100 of a backend has been passed on: the client must not see another. */
  private continued = false
  /** Longest wait for the answer's head in the present attempt, in milliseconds, and whether the retry policy set it. */
  private headMs = 0
  private tryLimited = false

  constructor(thread: NativeThread) {
    this.thread = thread
    this.request = new NativeRequest(this)
    this.relay = new AnswerRelay(this)
  }

  /** Forgets the exchange. */
  reset(): void {
    this.exchange = undefined
    this.pool = undefined
    this.backend = undefined
    this.connection = undefined
    this.waiting = false
    this.keeping = true
    this.answered = false
    this.continued = false
    this.relay.reset()
    if (this.keptBytes > 0) this.kept = []
    this.keptBytes = 0
    this.request.reset()
  }

  /** Begins the exchange of the head just parsed; body bytes follow in the same buffer. Returns where the next unread byte is. */
  begin(buffer: Buffer, start: number, end: number): number {
    const { head, client, thread } = this
    this.bodyState.reset(head.framing, head.length, head.framing === FRAMING.chunked, Number.POSITIVE_INFINITY)
    if (this.answersItself()) return start
    const exchange = new Exchange(thread.plane, this, client.home.settings.id)
    this.exchange = exchange
    const taken = this.bodyState.state === BODY.more && start < end ? this.bodyBytes(buffer, start, end) : 0
    // The first bytes of the body may already have been refused.
    if (this.exchange === exchange && !this.answered) exchange.start()
    if (this.exchange === exchange && this.bodyState.state === BODY.more) client.rearm()
    return start + taken
  }

  /** OPTIONS * and OPTIONS with Max-Forwards: 0 are for us (RFC 9110 §9.3.7, §7.6.2). */
  private answersItself(): boolean {
    const { head, client } = this
    if (head.method !== 'OPTIONS' || (head.path !== '*' && head.field('max-forwards') !== '0')) return false
    const keepAlive = head.keepAlive && this.bodyState.state === BODY.done
    client.write(`HTTP/1.1 204 No Content\r\n${ALLOW}${keepAlive ? '' : 'Connection: close\r\n'}\r\n`)
    client.exchangeDone(keepAlive)
    return true
  }

  /** Takes body bytes of the client; returns how many. The rest belongs to the next request. */
  bodyBytes(buffer: Buffer, start: number, end: number): number {
    const { bodyState, exchange } = this
    let at = start
    while (at < end && bodyState.state === BODY.more) {
      at += bodyState.consume(buffer, at, end)
      if (bodyState.outEnd > bodyState.outStart) this.sendBody(buffer, bodyState.outStart, bodyState.outEnd)
    }
    if (exchange !== undefined) {
      exchange.bytesIn = bodyState.received
      if (bodyState.state === BODY.refused)
        this.giveUp(refusal(bodyState.status, `The request has ${bodyState.reason}.`))
      else if (bodyState.received > exchange.maxBody) this.giveUp(ownAnswers.bodyTooLarge)
      else this.bodyMoved()
    }
    return at - start
  }

  /** Body bytes have come or gone: sets the deadlines of both sides anew. */
  private bodyMoved(): void {
    this.client.rearm()
    if (this.connection !== undefined && this.relay.awaitsHead) this.watchHead(this.connection)
  }

  /** The backend answers in time; but while the client still sends, time counts only when the backend does not take what has come. */
  private watchHead(connection: BackendConnection): void {
    const { wheel, clock } = this.thread
    const sending = this.bodyState.state === BODY.more && !this.client.isPaused
    // Who waits for a 100 sends nothing: then it is the backend that keeps us waiting.
    const asked = this.head.expectContinue && !this.continued && this.bodyState.received === 0
    if (sending && !asked) wheel.clear(connection)
    else wheel.watch(connection, clock.now(), this.headMs)
  }

  private sendBody(buffer: Buffer, start: number, end: number): void {
    const piece = keep(buffer, start, end)
    const { connection } = this
    if (this.keeping) {
      this.kept.push(piece)
      this.keptBytes += end - start
    }
    const limit = this.pool?.bufferedBody ?? 65_536
    if (connection !== undefined) {
      if (this.keptBytes > limit) this.stopKeeping()
      if (!connection.write(piece)) this.client.pause()
    } else if (this.keptBytes > limit) this.client.pause()
  }

  private stopKeeping(): void {
    this.keeping = false
    this.kept = []
    this.keptBytes = 0
  }

  /** Whether the body can still be sent from its first byte. */
  get keptWhole(): boolean {
    return this.keeping
  }

  attempt(_exchange: Exchange, backend: BackendRef, pool: PoolSnapshot): void {
    this.backend = backend
    this.pool = pool
    this.waiting = true
    this.thread.poolOf(backend).acquire(this, backend, pool.timeouts.connectMs)
  }

  connectionReady(connection: BackendConnection, reused: boolean): void {
    const { exchange, pool, head, client } = this
    this.waiting = false
    if (exchange === undefined || pool === undefined || this.backend === undefined) return connection.destroy()
    this.connection = connection
    this.reused = reused
    connection.owner = this
    connection.hintMs = Number.POSITIVE_INFINITY
    this.relay.expectAnswer(connection)
    exchange.connected()
    const host = head.authority === '' ? this.backend.address : head.authority
    const { timeouts, retry } = pool
    this.tryLimited = retry.timeoutMs > 0 && retry.timeoutMs < timeouts.headMs && exchange.attempts <= retry.attempts
    this.headMs = this.tryLimited ? retry.timeoutMs : timeouts.headMs
    this.send(connection, client.writer.write(head, this.request.id, host, !this.continued))
    this.watchHead(connection)
  }

  /** Is this interim answer one that the client should see? RFC 9110 §15.2.1: 100 only if it asked for it, and once. */
  passes(status: number): boolean {
    if (status !== 100) return true
    const passes = this.head.expectContinue && !this.continued
    this.continued = true
    return passes
  }

  /** No answer in time: which limit was it? */
  headLate(): Failure['kind'] {
    return this.tryLimited ? 'try-timeout' : 'head-timeout'
  }

  get answerBegun(): boolean {
    return this.answered
  }

  private send(connection: BackendConnection, text: string): void {
    const { kept } = this
    if (kept.length === 0) connection.socket.write(text, 'latin1')
    else if (kept.length === 1 && typeof kept[0] === 'string') connection.socket.write(text + kept[0], 'latin1')
    else {
      connection.socket.cork()
      connection.socket.write(text, 'latin1')
      for (const piece of kept) connection.socket.write(piece as string, 'latin1')
      connection.socket.uncork()
    }
    if (this.bodyState.state === BODY.more && !connection.socket.writableNeedDrain) this.client.resume()
  }

  connectFailed(failure: Failure): void {
    this.waiting = false
    this.exchange?.attemptFailed(failure)
  }

  backendBytes(connection: BackendConnection, buffer: Buffer, length: number): void {
    this.relay.bytes(connection, buffer, length)
  }

  backendDrained(_connection: BackendConnection): void {
    const { client } = this
    if (!client.isPaused) return
    if (client.phase === 'tunnel') client.resume()
    else if (this.bodyState.state === BODY.more) {
      client.resume()
      this.bodyMoved()
    }
  }

  clientDrained(): void {
    this.relay.clientDrained()
  }

  backendDeadline(connection: BackendConnection): void {
    this.relay.deadline(connection)
  }

  backendClosed(connection: BackendConnection, error: Error | undefined): void {
    this.relay.backendClosed(connection, error)
  }

  backendGone(connection: BackendConnection): void {
    this.relay.backendGone(connection)
  }

  /** The attempt has failed before anything went to the client; the connection is of no further use. */
  attemptFailed(kind: Failure['kind'], detail: string): void {
    const { connection, exchange } = this
    const race = kind === 'reset' && this.reused
    this.connection = undefined
    connection?.destroy()
    // One stale connection means that its idle neighbours are stale too.
    if (race) connection?.pool.closeIdle()
    exchange?.attemptFailed({ kind: race ? 'idle-race' : kind, side: 'backend', stage: 'sent', detail })
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
    const bodyDone = this.bodyState.state === BODY.done
    this.connection = undefined
    exchange?.finish('complete')
    if (connection !== undefined && pool !== undefined) {
      if (reusable && bodyDone) connection.pool.release(connection, pool.timeouts.keepAliveMs)
      else connection.destroy()
    }
    client.exchangeDone(keepAlive && bodyDone)
  }

  answer(exchange: Exchange, own: OwnAnswer): void {
    const { head, client } = this
    this.dropConnection()
    // A client of HTTP/1.0 would need to be told that the connection stays: it is not worth it.
    const keepAlive = head.keepAlive && head.minor === 1 && this.bodyState.state === BODY.done && !client.home.closing
    this.answered = true
    writeOwnAnswer(client.socket, own, this.request.id, head.field('accept'), head.method === 'HEAD', !keepAlive)
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
    exchange.finish('refused')
    this.answer(exchange, own)
  }

  bodyLate(): void {
    this.giveUp(ownAnswers.clientSlow)
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
    exchange?.finish(this.relay.tunnelling ? 'complete' : 'client-aborted')
    this.thread.returnCarrier(this)
  }

  tunnelBytes(buffer: Buffer, length: number): void {
    this.relay.fromClient(buffer, length)
  }

  tunnelEnded(): void {
    this.relay.clientEnded()
  }
}
