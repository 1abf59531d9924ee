/** A request body that can be sent again: keeps the first bytes until a try has got through, and pauses the client rather than outgrow its bound. */
import type { IncomingMessage } from 'node:http'
import type { PassThrough, Readable } from 'node:stream'
import type { BodyState } from '../engine.ts'

export class ReplayBody {
  /** Bytes received from the client. */
  received = 0
  private readonly source: Readable
  private readonly limit: number
  private readonly onBytes: (total: number) => void
  private kept: Buffer[] = []
  private committed = false
  private ended: boolean
  private sink: PassThrough | undefined

  /** `limit` in bytes; `onBytes` hears the running total. A request without a body is over at once. */
  constructor(source: Readable, limit: number, hasBody: boolean, onBytes: (total: number) => void) {
    this.source = source
    this.limit = limit
    this.onBytes = onBytes
    this.ended = !hasBody
    if (hasBody) {
      source.on('data', (chunk: Buffer) => this.take(chunk))
      source.on('end', () => this.finish())
    } else source.resume()
  }

  get complete(): boolean {
    return this.ended
  }

  state(): BodyState {
    if (this.ended && this.received === 0) return 'none'
    return this.committed && this.received > this.limit ? 'streaming' : 'kept'
  }

  private take(chunk: Buffer): void {
    this.received += chunk.length
    this.onBytes(this.received)
    if (!this.committed || this.received <= this.limit) this.kept.push(chunk)
    else this.kept = []
    const flowing = this.sink?.write(chunk) ?? true
    if (!flowing || (!this.committed && this.received >= this.limit)) this.source.pause()
  }

  private finish(): void {
    this.ended = true
    this.sink?.end()
  }

  /** Fills a stream for one try with what is kept, then with what follows. */
  sendInto(sink: PassThrough): void {
    this.sink = sink
    for (const chunk of this.kept) sink.write(chunk)
    if (this.ended) sink.end()
    else if (this.received < this.limit || this.committed) this.source.resume()
    sink.on('drain', () => {
      if (this.sink === sink && (this.committed || this.received < this.limit)) this.source.resume()
    })
  }

  /** The connection of the present try is there: bytes may flow past the bound. */
  commit(): void {
    if (this.committed) return
    this.committed = true
    if (!this.ended && !(this.sink?.writableNeedDrain ?? false)) this.source.resume()
  }

  /** Forgets the present try's stream; bytes that come in meanwhile are kept or wait. */
  detach(): void {
    this.sink = undefined
  }
}

/** Calls `onStalled` when nothing of the body arrives for `bodyMs` milliseconds although it is being read. */
export function watchBody(message: IncomingMessage, body: ReplayBody, bodyMs: number, onStalled: () => void): void {
  if (body.complete) return
  let seen = 0
  const timer = setInterval(() => {
    if (body.complete || message.destroyed) return clearInterval(timer)
    if (body.received > seen || message.isPaused()) seen = body.received
    else {
      clearInterval(timer)
      onStalled()
    }
  }, bodyMs)
  timer.unref()
}
