/**
 * The last moments of a client connection whose answers are all written. Unread bytes would turn our close into a reset that takes the
 * answer with it, so the client is read on for a while, and left alone for as long as it takes what was written.
 */
import type { Timed } from '../timer-wheel.ts'
import type { ClientSocket } from './client-socket.ts'

/** How often the connection is looked at, in milliseconds: is the client still reading or sending? */
const LOOK_MS = 1000
/** A client that keeps sending is heard out for this many looks. */
const MAX_LOOKS = 10

export class Lingering implements Timed {
  deadline = 0
  wheelSlot = -1
  wheelAt = -1
  /** The client has sent something since the last look. */
  heard = false
  private readonly client: ClientSocket
  /** Looks since the client last took something. */
  private looks = 0
  /** Pieces that had not been taken at the last look. */
  private unsent: number

  constructor(client: ClientSocket) {
    this.client = client
    this.unsent = client.outlet.unsent
    this.watch()
  }

  private watch(): void {
    const { thread } = this.client.home
    thread.wheel.watch(this, thread.clock.now(), LOOK_MS)
  }

  onDeadline(): void {
    const { client } = this
    const left = client.outlet.unsent
    if (left < this.unsent) this.looks = 0
    else this.looks += 1
    this.unsent = left
    if (left > 0 && this.looks * LOOK_MS >= client.home.settings.timeouts.writeMs) return client.cut()
    // What the kernel has taken still reaches the client after we have let go of it.
    if (left === 0 && (!this.heard || this.looks >= MAX_LOOKS)) return void client.socket.destroy()
    this.heard = false
    this.watch()
  }

  /** The connection is gone. */
  end(): void {
    this.client.home.thread.wheel.drop(this)
  }
}
