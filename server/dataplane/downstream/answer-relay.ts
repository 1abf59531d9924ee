/** Relays a backend's answer to the client: interim answers, the final head, the body with backpressure, or a tunnel after 101. */
import { BODY, chunkLine, LAST_CHUNK } from '../http1/body.ts'
import { offersSignIn } from '../http1/connection-auth.ts'
import { FRAMING } from '../http1/framing.ts'
import { HeadBuffer } from '../http1/head-buffer.ts'
import { FIELD } from '../http1/known-fields.ts'
import { HEAD } from '../http1/request-head.ts'
import { RELAY } from '../http1/response-writer.ts'
import type { BackendConnection, ConnectionOwner } from '../upstream/connection.ts'
import type { NativeCarrier } from './native-carrier.ts'
import { Tunnel } from './tunnel.ts'

/** More than this many 1xx answers to one request are nonsense. */
const MAX_INTERIM = 100

const cookieLine = (cookie: string) => (cookie === '' ? '' : `Set-Cookie: ${cookie}\r\n`)

export class AnswerRelay implements ConnectionOwner {
  private readonly carrier: NativeCarrier
  private stage: 'head' | 'body' = 'head'
  /** After 101. */
  tunnel: Tunnel | undefined
  private interims = 0
  private mode: number = RELAY.none
  private keepAlive = false
  private reusable = false

  constructor(carrier: NativeCarrier) {
    this.carrier = carrier
  }

  /** Forgets the exchange. */
  reset(): void {
    this.stage = 'head'
    this.tunnel = undefined
  }

  get awaitsHead(): boolean {
    return this.stage === 'head'
  }

  /** A request is being sent on this connection. */
  expectAnswer(connection: BackendConnection): void {
    this.stage = 'head'
    this.interims = 0
    connection.partial?.clear()
  }

  backendBytes(connection: BackendConnection, buffer: Buffer, length: number): void {
    if (this.tunnel !== undefined) this.tunnel.fromBackend(buffer, 0, length)
    else if (this.stage === 'head') this.headBytes(connection, buffer, length)
    else this.bodyBytes(connection, buffer, 0, length, '')
  }

  private headBytes(connection: BackendConnection, buffer: Buffer, length: number): void {
    const { partial } = connection
    const { pool } = this.carrier
    if (pool === undefined) return
    if (partial === undefined || partial.length === 0) {
      const at = this.readHeads(connection, buffer, 0, length)
      if (at < length && this.stage === 'head' && this.carrier.connection === connection) {
        connection.partial ??= new HeadBuffer()
        connection.partial.append(buffer, at, length, pool.limits.headBytes)
      }
      return
    }
    if (!partial.append(buffer, 0, length, pool.limits.headBytes)) return
    const { bytes, length: whole } = partial
    const at = this.readHeads(connection, bytes, 0, whole)
    if (this.stage === 'head' && this.carrier.connection === connection) partial.consume(at)
    else partial.clear()
  }

  /** Reads interim answers and the final head; the bytes behind it are relayed too. Returns where the next unread byte is. */
  private readHeads(connection: BackendConnection, buffer: Buffer, start: number, end: number): number {
    const { carrier } = this
    const { thread, request, pool } = carrier
    const { response } = thread
    if (pool === undefined) return end
    let at = start
    while (at < end) {
      const result = response.parse(buffer, at, end, pool.limits, request.method, request.protocol)
      if (result === HEAD.more) return at
      if (result === HEAD.refused) return this.invalid(response.reason, end)
      at = response.end
      if (response.interim) {
        if (++this.interims > MAX_INTERIM) return this.invalid('endless interim answers', end)
        this.passInterim(connection)
      } else {
        this.finalHead(connection, buffer, at, end)
        return end
      }
    }
    return at
  }

  private invalid(reason: string, end: number): number {
    const { carrier } = this
    carrier.attemptFailed('invalid-response', `${carrier.exchange?.backend?.address ?? 'the backend'} sent ${reason}`)
    return end
  }

  private passInterim(connection: BackendConnection): void {
    const { client, request, thread } = this.carrier
    if (!this.carrier.wait.passes(thread.response.status)) return
    const text = thread.responseWriter.writeInterim(request, thread.response)
    if (text === '' || client.write(text)) return
    // A client that does not take them keeps the backend from sending more.
    connection.socket.pause()
    thread.wheel.clear(connection)
  }

  /** Passes the final head on, with what came behind it in one write. */
  private finalHead(connection: BackendConnection, buffer: Buffer, at: number, end: number): void {
    const { carrier } = this
    const { thread, request, exchange, client, pool } = carrier
    const { response, responseWriter } = thread
    if (exchange === undefined || pool === undefined) return
    if (!exchange.responseStarted(response.status)) return
    carrier.answerBegins()
    if (response.keepAliveSeconds >= 0) connection.hintMs = response.keepAliveSeconds * 1000
    const bodyOpen = carrier.body.open
    const text = responseWriter.write(
      request,
      response,
      request.id,
      cookieLine(exchange.bindingCookie),
      bodyOpen || client.home.closing,
    )
    this.mode = responseWriter.relay
    this.keepAlive = responseWriter.keepAlive
    const offered = response.fields.listOfKind(FIELD.wwwAuthenticate)
    const isPrivate = connection.signedIn || (offered !== undefined && offersSignIn(offered))
    this.reusable = response.keepAlive && !isPrivate
    if (response.status === 101) {
      this.stage = 'body'
      this.tunnel = new Tunnel(carrier, connection)
      return this.tunnel.open(text, buffer, at, end)
    }
    const raw = this.mode === RELAY.asIs && response.framing === FRAMING.chunked
    connection.body.reset(
      response.framing,
      response.length,
      raw,
      Number.POSITIVE_INFINITY,
      response.connection.names,
      true,
    )
    this.stage = 'body'
    this.bodyBytes(connection, buffer, at, end, text)
  }

  /** Relays body bytes; `text` is a head that goes before them. */
  private bodyBytes(connection: BackendConnection, buffer: Buffer, start: number, end: number, text: string): void {
    const { carrier } = this
    const { body } = connection
    let at = start
    let flowing = true
    let before = text
    const bytesBefore = body.received
    while (at < end && body.state === BODY.more) {
      at += body.consume(buffer, at, end)
      if (body.outEnd > body.outStart) {
        flowing = this.write(before, buffer, body.outStart, body.outEnd)
        before = ''
      }
      if (body.tail !== '') before += body.tail
    }
    if (carrier.exchange !== undefined) carrier.exchange.bytesOut += body.received - bytesBefore
    if (body.state === BODY.done) return this.finish(connection, before, at < end)
    if (before !== '') flowing = carrier.client.write(before)
    if (body.state === BODY.refused) return this.broke(connection, `sent ${body.reason}`)
    const { thread, pool } = carrier
    if (!flowing) {
      connection.socket.pause()
      thread.wheel.clear(connection)
    } else if (pool !== undefined) thread.wheel.watch(connection, thread.clock.now(), pool.timeouts.readMs)
  }

  private write(before: string, buffer: Buffer, start: number, end: number): boolean {
    const { client } = this.carrier
    if (this.mode !== RELAY.chunk) return client.writeBytes(before, buffer, start, end, '')
    return client.writeBytes(before + chunkLine(end - start), buffer, start, end, '\r\n')
  }

  /** The answer is complete. `surplus`: the backend sent more than it announced. */
  private finish(connection: BackendConnection, before: string, surplus: boolean): void {
    const { carrier } = this
    const last = this.mode === RELAY.chunk ? before + LAST_CHUNK : before
    if (last !== '') carrier.client.write(last)
    carrier.complete(this.keepAlive, this.reusable && !surplus && connection.usable)
  }

  /** The backend broke in the middle of its answer: the client must see that it is not whole. */
  private broke(connection: BackendConnection, what: string): void {
    const { carrier } = this
    const { exchange, client } = carrier
    const detail = `${exchange?.backend?.address ?? 'the backend'} ${what}`
    carrier.connection = undefined
    connection.destroy()
    exchange?.finish('backend-broke', { kind: 'response-cut', side: 'backend', stage: 'response-started', detail })
    client.cut()
  }

  backendDrained(): void {
    this.carrier.backendDrained()
  }

  backendClosed(connection: BackendConnection, broken: boolean): void {
    const { carrier } = this
    const address = carrier.exchange?.backend?.address ?? 'the backend'
    if (this.tunnel !== undefined) this.tunnel.backendEnded(broken)
    else if (this.stage === 'head') {
      const inHead = (connection.partial?.length ?? 0) > 0 || this.interims > 0
      if (inHead) carrier.attemptFailed('response-cut', `${address} closed in the middle of a head`)
      else carrier.attemptFailed('reset', `${address} closed before an answer`)
    } else if (!broken && connection.body.close()) this.finish(connection, '', false)
    else this.broke(connection, 'closed in the middle of its answer')
  }

  backendDeadline(connection: BackendConnection): void {
    const { carrier } = this
    const address = carrier.exchange?.backend?.address ?? 'the backend'
    if (this.tunnel !== undefined) this.tunnel.idle()
    else if (this.stage === 'head') carrier.attemptFailed(carrier.wait.kind, `no answer from ${address} in time`)
    else this.broke(connection, 'paused too long in its answer')
  }

  clientDrained(): void {
    const { connection, thread, pool } = this.carrier
    if (connection === undefined) return
    if (this.tunnel !== undefined) return this.tunnel.clientDrained()
    connection.socket.resume()
    if (this.stage === 'head') this.carrier.wait.moved(connection)
    else if (pool !== undefined) thread.wheel.watch(connection, thread.clock.now(), pool.timeouts.readMs)
  }

  /** After the backend had closed its side of a tunnel, the connection is gone altogether. */
  backendGone(): void {
    this.tunnel?.backendGone()
  }
}
