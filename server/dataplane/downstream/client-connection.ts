/** One client connection: reads heads, hands each to a carrier, keeps the order of pipelined requests, and closes when it should. */
import type { Socket } from 'node:net'
import type { ListenerSnapshot } from '../../core/snapshot.ts'
import { BODY } from '../http1/body.ts'
import { HeadBuffer } from '../http1/head-buffer.ts'
import { HEAD } from '../http1/request-head.ts'
import type { RequestWriter } from '../http1/request-writer.ts'
import { type OwnAnswer, ownAnswers, refusal } from '../own-answers.ts'
import type { Timed } from '../timer-wheel.ts'
import { openSocket } from './accept.ts'
import type { NativeCarrier } from './native-carrier.ts'
import type { NativeThread } from './native-thread.ts'
import { writeOwnAnswer } from './own-answer-writer.ts'

/** Bytes of later requests kept while one is being answered; beyond it the client is not read. */
const PIPELINE_BYTES = 65_536
/** How often a closing connection is looked at, in milliseconds: is the client still reading or sending? */
const LINGER_MS = 1000
/** A client that keeps sending after our last answer is heard out for this many looks. */
const LINGER_LOOKS = 10
/** After a client has half-closed, the answer must begin within this time, in milliseconds: it looks the same as one that has left. */
const HALF_CLOSED_MS = 1000

/** What the connection needs of its listener. */
export interface ConnectionHome {
  readonly thread: NativeThread
  settings: ListenerSnapshot
  readonly port: number
  closing: boolean
  closed(connection: ClientConnection): void
}

type Phase = 'head' | 'busy' | 'tunnel' | 'closing'

export class ClientConnection implements Timed {
  deadline = 0
  wheelSlot = -1
  readonly home: ConnectionHome
  readonly socket: Socket
  readonly address: string
  readonly trusted: boolean
  readonly writer: RequestWriter
  phase: Phase = 'head'
  carrier: NativeCarrier | undefined
  /** Bytes that arrived and are not parsed yet. */
  private pending: HeadBuffer | undefined
  /** No byte of the next head has come yet. */
  private untouched = true
  private paused = false
  /** The client does not read: what we wrote last is waiting. */
  private stalled = false
  private gone = false
  private halfClosed = false
  /** While closing: looks so far, bytes unsent at the last one, and whether the client has sent any since. */
  private looks = 0
  private unsent = 0
  private heard = false

  constructor(accepted: Socket, home: ConnectionHome) {
    this.home = home
    const peer = accepted.remoteAddress ?? ''
    this.address = peer.startsWith('::ffff:') ? peer.slice(7) : peer
    this.trusted = home.settings.trusts(this.address)
    const { thread, port } = home
    this.writer = thread.writerFor(this.address, this.trusted, port)
    this.socket = openSocket(accepted, (buffer, length) => this.bytes(buffer, length))
    this.socket.setNoDelay(true)
    this.socket.on('end', () => this.onEnd())
    this.socket.on('error', () => this.onClose())
    this.socket.on('close', () => this.onClose())
    this.socket.on('drain', () => this.onDrain())
    thread.wheel.watch(this, thread.clock.now(), home.settings.timeouts.headMs)
  }

  /** Is the connection waiting for its next request? */
  get idle(): boolean {
    return this.phase === 'head' && this.untouched
  }

  private bytes(buffer: Buffer, length: number): void {
    switch (this.phase) {
      case 'head':
        this.readHeads(buffer, 0, length)
        break
      case 'busy': {
        const carrier = this.carrier as NativeCarrier
        const taken = carrier.bodyState.state === BODY.more ? carrier.bodyBytes(buffer, 0, length) : 0
        if (taken < length && !this.gone) this.keepForLater(buffer, taken, length)
        break
      }
      case 'tunnel':
        ;(this.carrier as NativeCarrier).tunnelBytes(buffer, length)
        break
      case 'closing':
        this.heard = true
        break
    }
  }

  private keepForLater(buffer: Buffer, start: number, end: number): void {
    if ((this.phase as Phase) === 'closing') return
    this.pending ??= new HeadBuffer()
    this.pending.append(buffer, start, end, Number.POSITIVE_INFINITY)
    if (this.pending.length > PIPELINE_BYTES) this.pause()
  }

  /** Reads requests from a buffer until one keeps the connection busy or bytes run out. */
  private readHeads(buffer: Buffer, start: number, end: number): void {
    let at = start
    if (this.pending !== undefined && this.pending.length > 0) {
      const worth = this.pending.append(buffer, start, end, this.home.settings.limits.headBytes)
      this.touched()
      if (worth) this.readPending()
      return
    }
    while (at < end && this.phase === 'head') at = this.readHead(buffer, at, end)
    if (at < end && this.phase !== 'closing') this.keepForLater(buffer, at, end)
  }

  /** Reads requests from the kept bytes. */
  readPending(): void {
    const { pending } = this
    while (pending !== undefined && pending.length > 0 && this.phase === 'head') {
      const before = pending.length
      const bytes = pending.bytes
      const at = this.readHead(bytes, 0, before)
      pending.consume(at)
      if (at === 0) break
    }
    if (this.phase === 'head' && this.halfClosed) return this.close()
    // A body that the backend does not take keeps the client paused; anything else no longer does.
    const held = this.phase === 'busy' && this.carrier?.bodyState.state === BODY.more
    if (this.paused && !held && (pending?.length ?? 0) <= PIPELINE_BYTES) this.resume()
  }

  /** Parses one head and begins its exchange. Returns where the next unread byte is; `start` when the head is not whole. */
  private readHead(buffer: Buffer, start: number, end: number): number {
    const { thread, settings } = this.home
    const carrier = thread.takeCarrier(this)
    const result = carrier.head.parse(buffer, start, end, thread.limitsOf(settings))
    if (result === HEAD.more) {
      thread.returnCarrier(carrier)
      this.touched()
      // The bytes are kept by the caller; a head in a fresh read goes there first.
      if (buffer !== this.pending?.bytes) {
        this.keepForLater(buffer, start, end)
        return end
      }
      return start
    }
    if (result === HEAD.refused) {
      const { status, reason } = carrier.head
      this.carrier = undefined
      thread.returnCarrier(carrier)
      this.refuse(refusal(status, `The request has ${reason}.`))
      return end
    }
    this.phase = 'busy'
    this.untouched = true
    this.carrier = carrier
    thread.wheel.clear(this)
    return carrier.begin(buffer, carrier.head.end, end)
  }

  /** What a client sent behind its upgrade request, before the answer, belongs to the tunnel. */
  flushIntoTunnel(): void {
    const { pending } = this
    if (pending === undefined || pending.length === 0) return
    this.carrier?.tunnelBytes(pending.bytes, pending.length)
    pending.clear()
  }

  private touched(): void {
    if (!this.untouched) return
    this.untouched = false
    const { thread, settings } = this.home
    thread.wheel.watch(this, thread.clock.now(), settings.timeouts.headMs)
  }

  private refuse(own: OwnAnswer): void {
    writeOwnAnswer(this.socket, own, '', undefined, false, true)
    this.close()
  }

  /** The exchange has been answered. `keepAlive`: another request may follow. */
  exchangeDone(keepAlive: boolean): void {
    const { carrier, home } = this
    this.carrier = undefined
    if (carrier !== undefined) home.thread.returnCarrier(carrier)
    if (this.gone) return
    const more = this.pending !== undefined && this.pending.length > 0
    // A client may half-close behind its last pipelined request; those before it are still answered.
    if (!keepAlive || home.closing || (this.halfClosed && !more)) return this.close()
    this.phase = 'head'
    home.thread.wheel.watch(this, home.thread.clock.now(), home.settings.timeouts.idleMs)
    if (this.paused) this.resume()
    // Not from within the present read: a long pipeline would grow the stack.
    if (more) setImmediate(() => this.readPending())
  }

  /** Ends the connection behind what has been written. */
  close(): void {
    if (this.phase === 'closing') return
    this.phase = 'closing'
    this.pending?.clear()
    this.socket.end()
    if (this.halfClosed) return this.socket.destroySoon()
    // Unread bytes would turn our close into a reset that takes the answer with it, so the client is read on for a while.
    this.resume()
    this.unsent = this.socket.writableLength
    this.home.thread.wheel.watch(this, this.home.thread.clock.now(), LINGER_MS)
  }

  /** A look at a closing connection. What the kernel has taken still reaches the client after we let go of it. */
  private linger(): void {
    const { thread, settings } = this.home
    const left = this.socket.writableLength
    if (left < this.unsent) this.looks = 0
    else this.looks += 1
    this.unsent = left
    if (left > 0 && this.looks * LINGER_MS >= settings.timeouts.writeMs) return this.cut()
    if (left === 0 && (!this.heard || this.looks >= LINGER_LOOKS)) return void this.socket.destroy()
    this.heard = false
    thread.wheel.watch(this, thread.clock.now(), LINGER_MS)
  }

  /** Cuts the connection: the client must notice that something is missing. */
  cut(): void {
    this.phase = 'closing'
    // A reset, where it is possible, cannot be mistaken for the end of an answer.
    this.socket.resetAndDestroy()
  }

  /** False: the client does not keep up, and nothing more is to be written until the carrier hears of `clientDrained`. */
  write(data: string | Buffer): boolean {
    // A large piece that the kernel took whole leaves nothing to wait for.
    const flowing = this.socket.write(data as string, 'latin1') || this.socket.writableLength === 0
    if (!flowing && !this.stalled) {
      this.stalled = true
      this.watch(this.home.settings.timeouts.writeMs)
    }
    return flowing
  }

  private watch(ms: number): void {
    const { thread } = this.home
    thread.wheel.watch(this, thread.clock.now(), ms)
  }

  /** Stops reading because what was read cannot be passed on yet; the client is not to blame meanwhile. */
  pause(): void {
    if (this.paused) return
    this.paused = true
    this.socket.pause()
    if (this.phase === 'busy' && !this.stalled) this.home.thread.wheel.clear(this)
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.socket.resume()
    if (this.phase === 'busy') this.rearm()
  }

  /** Sets the deadline that a busy connection is under: to take what was written, or to send on its body. */
  rearm(): void {
    const { timeouts } = this.home.settings
    if (this.stalled) this.watch(timeouts.writeMs)
    else if (!this.paused && this.carrier?.bodyState.state === BODY.more) this.watch(timeouts.bodyMs)
    else if (this.halfClosed) this.watch(HALF_CLOSED_MS)
    else this.home.thread.wheel.clear(this)
  }

  get isPaused(): boolean {
    return this.paused
  }

  private onDrain(): void {
    if (this.stalled) {
      this.stalled = false
      if (this.phase === 'busy') this.rearm()
      else if (this.phase === 'tunnel') this.home.thread.wheel.clear(this)
    }
    this.carrier?.clientDrained()
  }

  onDeadline(): void {
    if (this.phase === 'closing') return this.linger()
    if (this.stalled || this.phase === 'tunnel') return this.cut()
    if (this.phase === 'busy') this.lateWhenBusy()
    else if (this.untouched) this.close()
    else this.refuse(ownAnswers.clientSlow)
  }

  private lateWhenBusy(): void {
    const { carrier } = this
    if (carrier?.bodyState.state === BODY.more) carrier.bodyLate()
    // Once the answer is on its way, a client that has left shows itself by a reset.
    else if (this.halfClosed && carrier?.answerBegun !== true) this.cut()
  }

  private onEnd(): void {
    this.halfClosed = true
    if (this.phase === 'tunnel') return this.carrier?.tunnelEnded()
    if (this.phase === 'busy' && this.carrier?.bodyState.state !== BODY.more) return this.rearm()
    // Its last requests are read next; a body or a head that will never be whole is not waited for.
    const more = this.phase === 'head' && this.untouched && (this.pending?.length ?? 0) > 0
    if (!more && (this.phase !== 'closing' || this.socket.writableLength === 0)) this.socket.destroy()
  }

  private onClose(): void {
    if (this.gone) return
    this.gone = true
    this.phase = 'closing'
    this.home.thread.wheel.drop(this)
    this.socket.destroy()
    const { carrier } = this
    this.carrier = undefined
    if (carrier !== undefined) carrier.clientGone()
    this.home.closed(this)
  }
}
