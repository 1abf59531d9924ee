/** One client connection: reads heads, hands each to a carrier, keeps the order of pipelined requests, and closes when it should. */
import { HeadBuffer } from '../http1/head-buffer.ts'
import { HEAD } from '../http1/request-head.ts'
import { isBlank } from '../http1/request-line.ts'
import type { RequestWriter } from '../http1/request-writer.ts'
import type { Linked } from '../linked-set.ts'
import { ownAnswers, refusal } from '../own-answers.ts'
import type { Accepted } from '../wire/accept.ts'
import { lateWhenBusy, readsNothing } from './client-late.ts'
import { ClientSocket, type ConnectionHome } from './client-socket.ts'
import type { NativeCarrier } from './native-carrier.ts'
import { refuse } from './refuse.ts'

/** Bytes of later requests kept while one is being answered; beyond it the client is not read. */
const PIPELINE_BYTES = 65_536
/** After a client has half-closed, its answer must begin and go on within this time, in milliseconds: it looks the same as one that has left. */
const MOVES_MS = 1000

type Phase = 'head' | 'busy' | 'tunnel' | 'closing'

export class ClientConnection extends ClientSocket implements Linked<ClientConnection> {
  before: ClientConnection | undefined
  after: ClientConnection | undefined
  readonly trusted: boolean
  readonly writer: RequestWriter
  phase: Phase = 'head'
  carrier: NativeCarrier | undefined
  /** Bytes that arrived and are not parsed yet. */
  private pending: HeadBuffer | undefined
  /** No byte of the next head has come yet. */
  private untouched = true
  private gone = false

  constructor(accepted: Accepted, home: ConnectionHome) {
    super(accepted, home)
    const { thread, settings } = home
    this.trusted = settings.trusts(this.address)
    this.writer = thread.writerFor(this.address, this.trusted)
    this.watch(settings.timeouts.headMs)
  }

  /** Is the connection waiting for its next request? */
  get idle(): boolean {
    return this.phase === 'head' && this.untouched
  }

  /** Nothing of it is under way at `now` (monotonic milliseconds): it may be closed for another client. */
  isSpare(now: number): boolean {
    return this.idle && this.outlet.unsent === 0 && (this.pending?.length ?? 0) === 0 && !this.isNewcomer(now)
  }

  bytes(buffer: Buffer, length: number): void {
    switch (this.phase) {
      case 'head':
        this.readHeads(buffer, 0, length)
        break
      case 'busy': {
        const carrier = this.carrier as NativeCarrier
        const taken = carrier.body.open ? carrier.bodyBytes(buffer, 0, length) : 0
        if (taken < length && !this.gone) this.keepForLater(buffer, taken, length)
        break
      }
      case 'tunnel':
        ;(this.carrier as NativeCarrier).tunnelBytes(buffer, length)
        break
      case 'closing':
        if (this.lingering !== undefined) this.lingering.heard = true
        break
    }
  }

  private keepForLater(buffer: Buffer, start: number, end: number): void {
    if ((this.phase as Phase) === 'closing') return
    this.pending ??= new HeadBuffer()
    this.pending.append(buffer, start, end, Number.POSITIVE_INFINITY)
    if (this.pending.length > PIPELINE_BYTES) this.pause()
  }

  /** Goes on reading, unless it has sent more for later than is kept. */
  resumeUnlessFull(): void {
    if ((this.pending?.length ?? 0) <= PIPELINE_BYTES) this.resume()
  }

  /** May the next request begin? */
  private get ready(): boolean {
    return this.phase === 'head' && !this.stalled
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
    while (at < end && this.ready) at = this.readHead(buffer, at, end)
    if (at < end && this.phase !== 'closing') this.keepForLater(buffer, at, end)
  }

  /** Reads requests from the kept bytes. */
  readPending(): void {
    const { pending } = this
    while (pending !== undefined && pending.length > 0 && this.ready) {
      const before = pending.length
      const bytes = pending.bytes
      const at = this.readHead(bytes, 0, before)
      pending.consume(at)
      if (at === 0) break
    }
    if (this.ready && this.halfClosed) return this.close()
    // A body that the backend does not take keeps the client paused; anything else no longer does.
    const held = this.phase === 'busy' && this.carrier?.body.open === true
    if (this.isPaused && !held && !this.stalled && (pending?.length ?? 0) <= PIPELINE_BYTES) this.resume()
  }

  /** Parses one head and begins its exchange. Returns where the next unread byte is; `start` when the head is not whole. */
  private readHead(buffer: Buffer, start: number, end: number): number {
    const { thread, settings } = this.home
    const { heads } = thread
    heads.claim(undefined)
    const result = heads.parsed.parse(buffer, start, end, thread.limitsOf(settings))
    if (result === HEAD.more) {
      // Empty lines behind a body are no request yet (RFC 9112 §2.2).
      if (this.untouched && isBlank(buffer, start, end)) return end
      this.touched()
      if (buffer === this.pending?.bytes) return start // kept already
      this.keepForLater(buffer, start, end)
      return end
    }
    if (result === HEAD.refused) {
      const { status, reason } = heads.parsed
      refuse(this, refusal(status, `The request has ${reason}.`), buffer, start, end)
      return end
    }
    this.phase = 'busy'
    this.untouched = true
    this.acceptedAt = 0
    thread.wheel.clear(this)
    this.carrier = thread.takeCarrier(this)
    const next = this.carrier.begin(buffer, heads.parsed.end, end)
    if (this.halfClosed && (this.phase as Phase) === 'busy') this.ended()
    return next
  }

  /** Takes what has come and is not read yet; valid until more comes. */
  takePending(): Buffer | undefined {
    const { pending } = this
    if (pending === undefined || pending.length === 0) return undefined
    const bytes = pending.bytes.subarray(0, pending.length)
    pending.clear()
    return bytes
  }

  private touched(): void {
    if (this.untouched) this.watch(this.home.settings.timeouts.headMs)
    this.untouched = false
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
    if (this.stalled) {
      // A client that asks and asks without taking the answers is not heard until it does.
      this.watch(home.settings.timeouts.writeMs)
      return this.pause()
    }
    this.nextRequest()
  }

  /** Waits for the next request, or reads it if it has come already. */
  private nextRequest(): void {
    this.watch(this.home.settings.timeouts.idleMs)
    if (this.isPaused) this.resume()
    // Not from within the present read: a long pipeline would grow the stack.
    if (this.pending !== undefined && this.pending.length > 0) setImmediate(() => this.readPending())
  }

  /** Ends the connection behind what has been written. */
  close(): void {
    if (this.phase === 'closing') return
    this.phase = 'closing'
    this.pending?.clear()
    this.home.thread.wheel.clear(this)
    this.endBehindWritten()
  }

  /** Cuts the connection: the client must notice that something is missing. */
  cut(): void {
    this.phase = 'closing'
    // A reset, where it is possible, cannot be mistaken for the end of an answer.
    this.socket.resetAndDestroy()
  }

  /** A busy client must take what was written, or else send on its body. */
  rearm(): void {
    if (this.phase !== 'busy' && this.phase !== 'tunnel') return
    const { timeouts } = this.home.settings
    if (this.stalled) this.watch(timeouts.writeMs)
    else if (!this.isPaused && this.carrier?.body.open === true) this.watch(timeouts.bodyMs)
    else if (this.halfClosed && this.phase === 'busy') this.watch(MOVES_MS)
    else this.home.thread.wheel.clear(this)
  }

  drained(): void {
    if (this.stalled) {
      this.stalled = false
      if (this.phase === 'head') return this.nextRequest()
      this.rearm()
    }
    this.carrier?.clientDrained()
  }

  onDeadline(): void {
    if (this.phase === 'closing') return
    if (this.stalled || this.phase === 'tunnel') return readsNothing(this)
    if (this.phase === 'busy') lateWhenBusy(this)
    else if (this.untouched) this.close()
    else if (this.pending !== undefined) refuse(this, ownAnswers.clientSlow, this.pending.bytes, 0, this.pending.length)
  }

  ended(): void {
    this.halfClosed = true
    if (this.phase === 'tunnel') return this.carrier?.tunnelEnded()
    if (this.phase === 'busy' && this.carrier?.body.open !== true) return this.rearm()
    // Its last requests are read next; a body or a head that will never be whole is not waited for.
    const more = this.phase === 'head' && this.untouched && (this.pending?.length ?? 0) > 0
    if (!more && (this.phase !== 'closing' || this.outlet.unsent === 0)) this.socket.destroy()
  }

  closed(): void {
    if (this.gone) return
    this.gone = true
    this.phase = 'closing'
    this.home.thread.wheel.drop(this)
    this.lingering?.end()
    this.socket.destroy()
    const { carrier } = this
    this.carrier = undefined
    if (carrier !== undefined) carrier.clientGone()
    this.home.closed(this)
  }
}
