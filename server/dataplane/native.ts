/** A listener of the native engine: accepts connections, bounds their number, drains them. */
import type { Server } from 'node:net'
import type { ListenerSnapshot } from '../core/snapshot.ts'
import { ClientConnection } from './downstream/client-connection.ts'
import type { ConnectionHome } from './downstream/client-socket.ts'
import { NativeThread } from './downstream/native-thread.ts'
import { endings } from './endings.ts'
import type { BoundListener } from './engine.ts'
import { LinkedSet } from './linked-set.ts'
import type { Plane } from './plane.ts'
import { type Accepted, checkAdoption, createAcceptor } from './wire/accept.ts'

export interface NativeOptions {
  readonly reusePort: boolean
  readonly via: string
}

/**
 * Listening sockets of a thread where they can share a port. libuv accepts one connection per socket and turn of the event loop; with
 * hundreds of busy clients a turn takes milliseconds, and a thousand clients arriving together would wait for seconds at one door.
 */
const DOORS = 16
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
  private readonly servers: Server[] = []
  private readonly open = new LinkedSet<ClientConnection>()
  private readonly perAddress = new Map<string, number>()
  private onEmpty: (() => void) | undefined
  private drained: Promise<void> | undefined

  constructor(settings: ListenerSnapshot, thread: NativeThread) {
    this.settings = settings
    this.thread = thread
  }

  async listen(reusePort: boolean): Promise<void> {
    this.port = this.settings.port
    try {
      for (let door = 0; door < (reusePort ? DOORS : 1); door++) await this.openDoor(reusePort)
    } catch (error) {
      this.closeDoors()
      throw error
    }
  }

  private openDoor(reusePort: boolean): Promise<void> {
    const { host } = this.settings
    const server = createAcceptor(
      (accepted) => this.accept(accepted),
      () => this.thread.plane.room.short('descriptors'),
    )
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port: this.port, reusePort, backlog: 4096 }, () => {
        server.off('error', reject)
        // Out of descriptors: accepting fails for a while, what is open goes on.
        server.on('error', () => this.thread.plane.room.short('descriptors'))
        const address = server.address()
        if (typeof address === 'object' && address !== null) this.port = address.port
        this.servers.push(server)
        resolve()
      })
    })
  }

  private closeDoors(): void {
    for (const server of this.servers) server.close()
  }

  private accept(accepted: Accepted): void {
    const { connections, connectionsPerAddress } = this.settings.limits
    const address = connectionsPerAddress > 0 ? accepted.address : ''
    const count = this.perAddress.get(address) ?? 0
    if (address !== '' && count >= connectionsPerAddress) return accepted.refuse()
    const { room } = this.thread.plane
    if (room.full) room.short('descriptors')
    if ((room.full || this.open.size >= connections) && !this.makeRoom()) {
      if (!room.full) room.short('connections')
      return accepted.refuse()
    }
    room.clients += 1
    if (address !== '') this.perAddress.set(address, count + 1)
    const connection = new ClientConnection(accepted, this)
    connection.countedAs = address
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
    const now = this.thread.clock.now()
    for (const connection of this.open) {
      if (!connection.isSpare(now)) continue
      connection.socket.destroy()
      this.forget(connection)
      closed += 1
      if (closed === CLOSE_AT_ONCE) break
    }
    return closed > 0
  }

  /** It takes no place any more, once. */
  private forget(connection: ClientConnection): void {
    if (this.open.delete(connection)) this.thread.plane.room.clients -= 1
  }

  closed(connection: ClientConnection): void {
    this.forget(connection)
    if (connection.countedAs !== '') this.leave(connection.countedAs)
    if (this.open.size === 0) this.onEmpty?.()
  }

  connections(): number {
    return this.open.size
  }

  update(listener: ListenerSnapshot): void {
    this.settings = listener
  }

  cut(slot: number): void {
    for (const connection of this.open) {
      const exchange = connection.carrier?.exchange
      if (exchange?.slot !== slot) continue
      exchange.ending = endings.backendRemoved
      connection.cut()
    }
  }

  drain(): Promise<void> {
    this.drained ??= this.beginDraining()
    return this.drained
  }

  private beginDraining(): Promise<void> {
    this.closing = true
    this.closeDoors()
    for (const connection of this.open) if (connection.idle) connection.close()
    if (this.open.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.onEmpty = resolve
    })
  }

  destroy(): void {
    this.closing = true
    this.closeDoors()
    for (const connection of this.open) {
      const exchange = connection.carrier?.exchange
      if (exchange !== undefined) exchange.ending = endings.stopping
      connection.cut()
    }
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
