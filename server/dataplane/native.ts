/** A listener of the native engine: accepts connections, bounds their number, drains them. */
import type { Server, Socket } from 'node:net'
import type { ListenerSnapshot } from '../core/snapshot.ts'
import { checkAdoption, createAcceptor } from './downstream/accept.ts'
import { ClientConnection } from './downstream/client-connection.ts'
import type { ConnectionHome } from './downstream/client-socket.ts'
import { NativeThread } from './downstream/native-thread.ts'
import type { BoundListener } from './engine.ts'
import type { Plane } from './plane.ts'

export interface NativeOptions {
  readonly reusePort: boolean
  readonly via: string
}

/** Idle connections looked for, and closed, when the listener is full. */
const CLOSE_AT_ONCE = 16

const threads = new WeakMap<Plane, NativeThread>()

/** The thread's shared parts, made with its first native listener. */
export function nativeThread(plane: Plane, via: string): NativeThread {
  let thread = threads.get(plane)
  if (thread === undefined) {
    thread = new NativeThread(plane, via)
    threads.set(plane, thread)
  }
  return thread
}

class NativeListener implements BoundListener, ConnectionHome {
  readonly thread: NativeThread
  settings: ListenerSnapshot
  port = 0
  closing = false
  private readonly server: Server
  private readonly open = new Set<ClientConnection>()
  private readonly perAddress = new Map<string, number>()
  private onEmpty: (() => void) | undefined

  constructor(settings: ListenerSnapshot, thread: NativeThread) {
    this.settings = settings
    this.thread = thread
    this.server = createAcceptor((accepted) => this.accept(accepted))
  }

  listen(reusePort: boolean): Promise<void> {
    const { host, port } = this.settings
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen({ host, port, reusePort, backlog: 4096 }, () => {
        this.server.off('error', reject)
        // Out of descriptors: accepting fails for a while, what is open goes on.
        this.server.on('error', () => undefined)
        const address = this.server.address()
        this.port = typeof address === 'object' && address !== null ? address.port : port
        resolve()
      })
    })
  }

  private accept(accepted: Socket): void {
    const { connections, connectionsPerAddress } = this.settings.limits
    if (this.open.size >= connections && !this.makeRoom()) return void accepted.destroy()
    const address = connectionsPerAddress > 0 ? (accepted.remoteAddress ?? '') : ''
    if (connectionsPerAddress > 0) {
      const count = this.perAddress.get(address) ?? 0
      if (count >= connectionsPerAddress) return void accepted.destroy()
      this.perAddress.set(address, count + 1)
    }
    const connection = new ClientConnection(accepted, this)
    if (address !== '') connection.socket.once('close', () => this.leave(address))
    this.open.add(connection)
  }

  private leave(address: string): void {
    const count = (this.perAddress.get(address) ?? 1) - 1
    if (count > 0) this.perAddress.set(address, count)
    else this.perAddress.delete(address)
  }

  /** Closes the oldest connections that are only waiting. False when every one is at work. */
  private makeRoom(): boolean {
    let closed = 0
    for (const connection of this.open) {
      if (!connection.idle) continue
      connection.socket.destroy()
      this.open.delete(connection)
      closed += 1
      if (closed === CLOSE_AT_ONCE) break
    }
    return closed > 0
  }

  closed(connection: ClientConnection): void {
    this.open.delete(connection)
    if (this.open.size === 0) this.onEmpty?.()
  }

  connections(): number {
    return this.open.size
  }

  update(listener: ListenerSnapshot): void {
    this.settings = listener
  }

  cut(slot: number): void {
    for (const connection of this.open) if (connection.carrier?.exchange?.slot === slot) connection.cut()
  }

  drain(): Promise<void> {
    this.closing = true
    this.server.close()
    for (const connection of this.open) if (connection.idle) connection.close()
    if (this.open.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.onEmpty = resolve
    })
  }

  destroy(): void {
    this.closing = true
    this.server.close()
    for (const connection of this.open) connection.cut()
  }
}

/** Opens a listener. Rejects with the system's error when the address cannot be taken. */
export async function openNativeListener(
  settings: ListenerSnapshot,
  plane: Plane,
  options: NativeOptions,
): Promise<BoundListener> {
  await checkAdoption()
  const listener = new NativeListener(settings, nativeThread(plane, options.via))
  await listener.listen(options.reusePort)
  return listener
}
