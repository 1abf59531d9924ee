/**
 * The thread's clock, asked once per read: everything that one read sets off happens at the same moment. An exchange asks for the time
 * eight times, and each look at the machine's clock costs as much as picking a backend.
 */
import type { Clock } from '../core/clock.ts'

export class TurnClock implements Clock {
  private inTurn = false
  /** The time of this turn; 0 while nobody has asked. */
  private at = 0

  /** Monotonic milliseconds; the same within a turn. */
  now(): number {
    if (!this.inTurn) return performance.now()
    if (this.at === 0) this.at = performance.now()
    return this.at
  }

  /** A read begins. */
  begin(): void {
    this.at = 0
    this.inTurn = true
  }

  /** The read has been dealt with: from here on time passes again. */
  end(): void {
    this.inTurn = false
  }
}

/** The clock of this thread. */
export const turnClock = new TurnClock()
