/** The body of a request on its way to a backend. Its first bytes are kept, as they are sent, while they may have to be sent again. */
import { BODY, BodyDecoder } from '../http1/body.ts'
import { FRAMING } from '../http1/framing.ts'
import type { RequestHead } from '../http1/request-head.ts'
import type { BackendConnection } from '../upstream/connection.ts'
import { keep } from '../wire/shared-buffer.ts'

const NOTHING: (string | Buffer)[] = []
/**
 * Bytes that all bodies of a thread keep together. A site feels this only when hundreds of large uploads run at once: then those that have
 * a backend are passed on without being kept, and those that wait for one are not read.
 */
const MOST_KEPT = 16 * 1024 * 1024

/** What the bodies of a thread keep, in bytes. */
export interface Keep {
  bytes: number
}

export class RequestBody {
  private readonly decoder = new BodyDecoder()
  /** Pieces from the first byte on. */
  private kept = NOTHING
  private keptBytes = 0
  private keeping = true
  private readonly thread: Keep

  constructor(thread: Keep) {
    this.thread = thread
  }

  /** Begins the body that `head` announces. A chunked one is checked and passed on as it is. */
  begin(head: RequestHead): void {
    const chunked = head.framing === FRAMING.chunked
    this.decoder.reset(head.framing, head.length, chunked, Number.POSITIVE_INFINITY, head.connection.names, false)
    this.keeping = true
    this.forget()
  }

  /** Lets go of what is kept. */
  forget(): void {
    this.thread.bytes -= this.keptBytes
    this.kept = NOTHING
    this.keptBytes = 0
  }

  /** It will not be sent again: nothing is kept any more. */
  release(): void {
    this.keeping = false
    this.forget()
  }

  /** More of it is to come. */
  get open(): boolean {
    return this.decoder.state === BODY.more
  }

  /** All of it has come. */
  get done(): boolean {
    return this.decoder.state === BODY.done
  }

  /** It is invalid; `status` and `reason` say why. */
  get refused(): boolean {
    return this.decoder.state === BODY.refused
  }

  get status(): number {
    return this.decoder.status
  }

  get reason(): string {
    return this.decoder.reason
  }

  /** Payload bytes so far. */
  get received(): number {
    return this.decoder.received
  }

  /** It can still be sent from its first byte. */
  get whole(): boolean {
    return this.keeping
  }

  /** More than `limit` bytes are kept, or the thread keeps too much. */
  outgrows(limit: number): boolean {
    return this.keptBytes > limit || (this.keptBytes > 0 && this.thread.bytes > MOST_KEPT)
  }

  /** From here on it cannot be sent again. */
  giveAway(): void {
    this.keeping = false
    this.forget()
  }

  /**
   * Takes bytes up to the end of the body and returns how many. They go to `connection` when there is one; up to `limit` bytes are
   * kept. `flowing` is false afterwards when the backend does not keep up.
   */
  take(buffer: Buffer, start: number, end: number, connection: BackendConnection | undefined, limit: number): number {
    const { decoder } = this
    let at = start
    this.flowing = true
    while (at < end && decoder.state === BODY.more) {
      at += decoder.consume(buffer, at, end)
      if (decoder.outEnd > decoder.outStart) this.pass(buffer, decoder.outStart, decoder.outEnd, connection, limit)
      if (decoder.tail !== '') this.passPiece(decoder.tail, connection, limit)
    }
    return at - start
  }

  flowing = true

  private pass(
    buffer: Buffer,
    start: number,
    end: number,
    connection: BackendConnection | undefined,
    limit: number,
  ): void {
    if (!this.keeping) {
      if (connection !== undefined) this.flowing = connection.outlet.writeBytes('', buffer, start, end, '')
      return
    }
    this.passPiece(keep(buffer, start, end), connection, limit)
  }

  private passPiece(piece: string | Buffer, connection: BackendConnection | undefined, limit: number): void {
    if (this.keeping) {
      if (this.kept === NOTHING) this.kept = []
      this.kept.push(piece)
      this.keptBytes += piece.length
      this.thread.bytes += piece.length
    }
    if (connection === undefined) return
    if (this.outgrows(limit)) this.giveAway()
    this.flowing = connection.outlet.write(piece)
  }

  /** Sends the head and what is kept, in one write if it is small. */
  send(head: string, connection: BackendConnection): void {
    const { kept } = this
    const { outlet } = connection
    if (kept.length === 0) outlet.write(head)
    else if (kept.length === 1 && typeof kept[0] === 'string') outlet.write(head + kept[0])
    else {
      outlet.write(head)
      for (const piece of kept) outlet.write(piece)
    }
  }
}
