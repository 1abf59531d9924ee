/** Client and backend after 101 (Switching Protocols): bytes both ways with backpressure, half-close passed on, cut when silent for too long. */
import { endings } from '../endings.ts'
import { HALF_CLOSED_MS } from '../engine.ts'
import type { BackendConnection } from '../upstream/connection.ts'
import type { NativeCarrier } from './native-carrier.ts'

export class Tunnel {
  private readonly carrier: NativeCarrier
  private readonly connection: BackendConnection
  private halfClosed = false

  constructor(carrier: NativeCarrier, connection: BackendConnection) {
    this.carrier = carrier
    this.connection = connection
  }

  /** Sends the head of the 101 and what either side has sent behind its own. */
  open(head: string, buffer: Buffer, start: number, end: number): void {
    const { client, exchange } = this.carrier
    exchange?.tunnelOpened()
    this.carrier.body.release()
    this.touch()
    client.write(head)
    if (start < end) this.fromBackend(buffer, start, end)
    client.phase = 'tunnel'
    client.rearm()
    const early = client.takePending()
    if (early !== undefined) this.fromClient(early, 0, early.length)
    if (client.halfClosed) return this.clientEnded()
    // It may have been held back because it had sent a lot already.
    if (this.connection.outlet.unsent === 0) client.resume()
  }

  private touch(): void {
    const { thread, pool } = this.carrier
    if (pool === undefined) return
    const { tunnelMs } = pool.timeouts
    thread.wheel.watch(
      this.connection,
      thread.clock.now(),
      this.halfClosed ? Math.min(tunnelMs, HALF_CLOSED_MS) : tunnelMs,
    )
  }

  fromBackend(buffer: Buffer, start: number, end: number): void {
    const { client, exchange } = this.carrier
    if (exchange !== undefined) exchange.bytesOut += end - start
    this.touch()
    if (client.writeBytes('', buffer, start, end, '')) return
    this.connection.socket.pause()
    // From here on it is the client that keeps us waiting, under its own deadline.
    this.carrier.thread.wheel.clear(this.connection)
  }

  fromClient(buffer: Buffer, start: number, end: number): void {
    const { exchange, client } = this.carrier
    if (exchange !== undefined) exchange.bytesIn += end - start
    this.touch()
    if (!this.connection.outlet.writeBytes('', buffer, start, end, '')) client.pause()
  }

  /** The client has half-closed: the backend is told, and may still speak. */
  clientEnded(): void {
    if (this.connection.socket.destroyed) return void this.carrier.client.socket.destroy()
    this.connection.outlet.end()
    this.halfClosed = true
    this.touch()
  }

  /** The backend has closed its side or broken. */
  backendEnded(broken: boolean): void {
    if (broken) return this.end()
    this.carrier.client.outlet.end()
    this.halfClosed = true
    this.touch()
  }

  /** Both directions are over, or the connection is broken. */
  backendGone(): void {
    this.connection.destroy()
    this.carrier.client.outlet.close()
  }

  /** What was waiting for the client has been taken. */
  clientDrained(): void {
    this.touch()
    this.connection.socket.resume()
  }

  /** Nothing has come from either side for too long. */
  idle(): void {
    const { exchange, pool } = this.carrier
    // Half-closed and then silent is the ordinary end of many protocols.
    if (exchange !== undefined && pool !== undefined && !this.halfClosed)
      exchange.ending = endings.tunnelIdle(pool.timeouts.tunnelMs)
    this.end()
  }

  /** Ends it at once, so that the client notices. */
  end(): void {
    this.connection.destroy()
    this.carrier.client.cut()
  }
}
