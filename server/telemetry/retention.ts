/** How long history is kept, and its removal. */
import type { Settings } from '../../shared/config/config.ts'
import { ms } from '../../shared/units.ts'
import type { PruneSink, StoredStep } from './sink.ts'

type RetentionConfig = Settings['retention']

/** When two calls of `prune` are further apart than this, the clock is not trusted yet, milliseconds. */
const STEADY_MS = 24 * 3_600_000

export class Retention {
  private readonly sink: PruneSink
  private config: RetentionConfig
  private lastCall = Number.NaN

  constructor(sink: PruneSink, config: RetentionConfig) {
    this.sink = sink
    this.config = config
  }

  set(config: RetentionConfig): void {
    this.config = config
  }

  /** How long series of a step are kept, milliseconds. */
  keptMs(step: StoredStep): number {
    const { seconds10, minutes1, hours1 } = this.config
    return ms({ '10s': seconds10, '1m': minutes1, '1h': hours1 }[step])
  }

  /** How long errors and slow requests are kept, milliseconds. */
  exchangesMs(): number {
    return ms(this.config.exchanges)
  }

  /**
   * Removes what is too old. Call it every ten minutes or so. It does nothing when the previous call was more than a day
   * away: a clock that jumps a year ahead for a moment must not cost a year of history. True when old rows were removed.
   */
  prune(nowEpochMs: number): boolean {
    const steady = Math.abs(nowEpochMs - this.lastCall) < STEADY_MS
    this.lastCall = nowEpochMs
    if (!steady) return false
    return this.sink.prune({
      now: nowEpochMs,
      seconds10: nowEpochMs - this.keptMs('10s'),
      minutes1: nowEpochMs - this.keptMs('1m'),
      hours1: nowEpochMs - this.keptMs('1h'),
      events: nowEpochMs - ms(this.config.events),
      probes: nowEpochMs - ms(this.config.probes),
      exchanges: nowEpochMs - this.exchangesMs(),
      revisions: this.config.revisions,
    })
  }
}
