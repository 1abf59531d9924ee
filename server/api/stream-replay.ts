/** The last messages of the stream, bounded by age and size, for clients that come back. */
import type { StreamMessage } from '../../shared/api/live.ts'

export interface KeptMessage {
  seq: number
  /** Monotonic milliseconds. */
  at: number
  message: StreamMessage
  /** As it goes over the wire. */
  block: Buffer
}

export class Replay {
  private readonly boot: string
  private readonly mostMs: number
  private readonly mostBytes: number
  private kept: KeptMessage[] = []
  private bytes = 0

  constructor(boot: string, mostMs: number, mostBytes: number) {
    this.boot = boot
    this.mostMs = mostMs
    this.mostBytes = mostBytes
  }

  /** Keeps a message; older ones go when they are too old or too many. The newest always stays. */
  keep(entry: KeptMessage): void {
    this.kept.push(entry)
    this.bytes += entry.block.length
    let gone = 0
    while (gone < this.kept.length - 1) {
      const oldest = this.kept[gone] as KeptMessage
      if (this.bytes <= this.mostBytes && entry.at - oldest.at <= this.mostMs) break
      this.bytes -= oldest.block.length
      gone++
    }
    if (gone > 0) this.kept = this.kept.slice(gone)
  }

  /** What came after an id, `seq` being the newest given out; undefined when that is gone or the id was never ours. */
  since(lastEventId: string, seq: number): KeptMessage[] | undefined {
    const [, boot, number] = /^(.*)-(\d+)$/.exec(lastEventId) ?? []
    const last = Number(number)
    const oldest = this.kept[0]?.seq ?? seq + 1
    if (boot !== this.boot || last > seq || last < oldest - 1) return undefined
    return this.kept.slice(last - oldest + 1)
  }
}
