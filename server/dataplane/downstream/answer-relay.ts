/** Relays a backend's answer to the client: interim answers, the final head, the body with backpressure, or a tunnel after 101. */
import { BODY, chunkLine, LAST_CHUNK } from '../http1/body.ts'
import { FRAMING } from '../http1/framing.ts'
import { HeadBuffer } from '../http1/head-buffer.ts'
import { HEAD } from '../http1/request-head.ts'
import { RELAY } from '../http1/response-writer.ts'
import { keep } from '../shared-buffer.ts'
import type { BackendConnection } from '../upstream/connection.ts'
import type { NativeCarrier } from './native-carrier.ts'

/** More than this many 1xx answers to one request are nonsense. */
const MAX_INTERIM = 100

type Stage = 'head' | 'body' | 'tunnel'

export class AnswerRelay {
  private readonly carrier: NativeCarrier
  private stage: Stage = 'head'
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
  }

  get awaitsHead(): boolean {
    return this.stage === 'head'
  }

  get tunnelling(): boolean {
    return this.stage === 'tunnel'
  }

  /** A request is being sent on this connection. */
  expectAnswer(connection: BackendConnection): void {
    this.stage = 'head'
    this.interims = 0
    connection.partial?.clear()
  }

  bytes(connection: BackendConnection, buffer: Buffer, length: number): void {
    if (this.stage === 'head') this.headBytes(connection, buffer, length)
    else if (this.stage === 'body') this.bodyBytes(connection, buffer, 0, length, '')
    else this.toClient(connection, buffer, 0, length)
  }

  private headBytes(connection: BackendConnection, buffer: Buffer, length: number): void {
    const { partial } = connection
    if (partial === undefined || partial.length === 0) {
      const at = this.readHeads(connection, buffer, 0, length)
      if (at < length && this.stage === 'head' && this.carrier.connection === connection) {
        connection.partial ??= new HeadBuffer()
        connection.partial.append(buffer, at, length, this.carrier.thread.responseLimits.headBytes)
      }
      return
    }
    if (!partial.append(buffer, 0, length, this.carrier.thread.responseLimits.headBytes)) return
    const { bytes, length: whole } = partial
    const at = this.readHeads(connection, bytes, 0, whole)
    if (this.stage === 'head' && this.carrier.connection === connection) partial.consume(at)
    else partial.clear()
  }

  /** Reads interim answers and the final head; the bytes behind it are relayed too. Returns where the next unread byte is. */
  private readHeads(connection: BackendConnection, buffer: Buffer, start: number, end: number): number {
    const { carrier } = this
    const { thread, head: request } = carrier
    const { response } = thread
    let at = start
    while (at < end) {
      const result = response.parse(buffer, at, end, thread.responseLimits, request.method, request.upgrade)
      if (result === HEAD.more) return at
      if (result === HEAD.refused) return this.invalid(response.reason, end)
      at = response.end
      if (response.interim) {
        if (++this.interims > MAX_INTERIM) return this.invalid('endless interim answers', end)
        this.passInterim()
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

  private passInterim(): void {
    const { client, head, thread } = this.carrier
    if (!this.carrier.passes(thread.response.status)) return
    const text = thread.responseWriter.writeInterim(head, thread.response)
    if (text !== '') client.write(text)
  }

  /** Passes the final head on, with what came behind it in one write. */
  private finalHead(connection: BackendConnection, buffer: Buffer, at: number, end: number): void {
    const { carrier } = this
    const { thread, head, exchange, client, pool } = carrier
    const { response, responseWriter } = thread
    if (exchange === undefined || pool === undefined) return
    if (!exchange.responseStarted(response.status)) return
    carrier.answerBegins()
    if (response.keepAliveSeconds >= 0) connection.hintMs = response.keepAliveSeconds * 1000
    const bodyOpen = carrier.bodyState.state === BODY.more
    const text = responseWriter.write(head, response, carrier.request.id, '', bodyOpen || client.home.closing)
    this.mode = responseWriter.relay
    this.keepAlive = responseWriter.keepAlive
    this.reusable = response.keepAlive
    if (response.status === 101) {
      this.openTunnel(connection, text, buffer, at, end)
      return
    }
    const raw = this.mode === RELAY.asIs && response.framing === FRAMING.chunked
    connection.body.reset(response.framing, response.length, raw, Number.POSITIVE_INFINITY)
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
    const piece = keep(buffer, start, end)
    const framed = this.mode === RELAY.chunk ? before + chunkLine(end - start) : before
    if (typeof piece === 'string')
      return client.write(this.mode === RELAY.chunk ? `${framed}${piece}\r\n` : framed + piece)
    client.socket.cork()
    if (framed !== '') client.write(framed)
    let flowing = client.write(piece)
    if (this.mode === RELAY.chunk) flowing = client.write('\r\n')
    client.socket.uncork()
    return flowing
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

  backendClosed(connection: BackendConnection, error: Error | undefined): void {
    const { carrier } = this
    const address = carrier.exchange?.backend?.address ?? 'the backend'
    if (this.stage === 'head') {
      const inHead = (connection.partial?.length ?? 0) > 0 || this.interims > 0
      if (inHead) carrier.attemptFailed('response-cut', `${address} closed in the middle of a head`)
      else carrier.attemptFailed('reset', `${address} closed before an answer`)
    } else if (this.stage === 'tunnel') this.backendEnded(connection, error)
    else if (error === undefined && connection.body.close()) this.finish(connection, '', false)
    else this.broke(connection, 'closed in the middle of its answer')
  }

  deadline(connection: BackendConnection): void {
    const { carrier } = this
    const address = carrier.exchange?.backend?.address ?? 'the backend'
    if (this.stage === 'head') carrier.attemptFailed(carrier.headLate(), `no answer from ${address} in time`)
    else if (this.stage === 'body') this.broke(connection, 'paused too long in its answer')
    else this.endTunnel(connection)
  }

  clientDrained(): void {
    const { connection, thread, pool } = this.carrier
    if (connection === undefined) return
    connection.socket.resume()
    if (pool !== undefined && this.stage === 'body')
      thread.wheel.watch(connection, thread.clock.now(), pool.timeouts.readMs)
  }

  private openTunnel(connection: BackendConnection, text: string, buffer: Buffer, at: number, end: number): void {
    const { client, exchange } = this.carrier
    this.stage = 'tunnel'
    client.phase = 'tunnel'
    exchange?.tunnelOpened()
    this.touchTunnel(connection)
    client.write(text)
    if (at < end) this.toClient(connection, buffer, at, end)
    client.flushIntoTunnel()
  }

  private touchTunnel(connection: BackendConnection): void {
    const { thread, pool } = this.carrier
    if (pool !== undefined) thread.wheel.watch(connection, thread.clock.now(), pool.timeouts.tunnelMs)
  }

  private toClient(connection: BackendConnection, buffer: Buffer, start: number, end: number): void {
    const { client, exchange } = this.carrier
    if (exchange !== undefined) exchange.bytesOut += end - start
    this.touchTunnel(connection)
    if (!client.write(keep(buffer, start, end))) connection.socket.pause()
  }

  fromClient(buffer: Buffer, length: number): void {
    const { connection, exchange, client } = this.carrier
    if (connection === undefined) return
    if (exchange !== undefined) exchange.bytesIn += length
    this.touchTunnel(connection)
    if (!connection.write(keep(buffer, 0, length))) client.pause()
  }

  /** Half-close is passed on: the other direction may go on. */
  clientEnded(): void {
    const { connection } = this.carrier
    if (connection === undefined || connection.socket.destroyed) this.carrier.client.socket.destroy()
    else connection.socket.end()
  }

  private backendEnded(connection: BackendConnection, error: Error | undefined): void {
    if (error !== undefined) this.endTunnel(connection)
    else this.carrier.client.socket.end()
  }

  /** Both directions are over, or the connection is broken. */
  backendGone(connection: BackendConnection): void {
    if (this.stage !== 'tunnel') return
    connection.destroy()
    this.carrier.client.socket.destroySoon()
  }

  private endTunnel(connection: BackendConnection): void {
    connection.destroy()
    this.carrier.client.socket.destroy()
  }
}
