/**
 * The queue of a pool whose backends are all at their `maxConnections`: first come, first served within a thread, bounded over all
 * threads. The number of those who wait is the in-flight count of the pool's own row of the scoreboard, so every thread sees it and a
 * dead one's is returned.
 */
import type { Clock, Random } from '../core/clock.ts'
import type { PoolSnapshot } from '../core/snapshot.ts'
import type { ScoreboardWriter } from './scoreboard.ts'

/** Something that waits for a place. */
export interface Waiting {
  /** Goes on if there is a place now. False: there is still none. */
  proceed(): boolean
  /** It has waited too long. */
  expire(): void
}

/** How long a thread sleeps at most before it looks for a place or a deadline itself, in milliseconds. */
const LOOK_MS = 50

class Line {
  readonly waiting = new Map<Waiting, number>()
  asleep = false
}

export class WaitingRoom {
  private readonly board: ScoreboardWriter
  private readonly clock: Clock
  private readonly random: Random
  /** By slot of the pool. */
  private readonly lines = new Map<number, Line>()

  constructor(board: ScoreboardWriter, clock: Clock, random: Random) {
    this.board = board
    this.clock = clock
    this.random = random
  }

  /** Somebody waits already, in this thread or another: whoever comes now stands behind. */
  isOccupied(pool: PoolSnapshot): boolean {
    return pool.queue.size > 0 && this.board.inFlight(pool.slot) > 0
  }

  /** Lets `waiting` stand in the queue of `pool`. False: the queue is full, or there is none. */
  enter(waiting: Waiting, pool: PoolSnapshot): boolean {
    if (pool.queue.size === 0 || !this.board.takeBelow(pool.slot, pool.queue.size)) return false
    let line = this.lines.get(pool.slot)
    if (line === undefined) {
      line = new Line()
      this.lines.set(pool.slot, line)
    }
    line.waiting.set(waiting, this.clock.now() + pool.queue.timeoutMs)
    if (!line.asleep) this.sleep(pool.slot, line)
    return true
  }

  /** Takes `waiting` out of the queue, for whatever reason. Safe to call for one that is not in it. */
  leave(waiting: Waiting, slot: number): void {
    if (this.lines.get(slot)?.waiting.delete(waiting)) this.board.release(slot)
  }

  /** A place of a backend has become free. It goes to this thread or another by their shares of those who wait, so that none starves. */
  placeFree(pool: PoolSnapshot): void {
    const all = this.board.inFlight(pool.slot)
    if (all === 0) return
    const line = this.lines.get(pool.slot)
    const ours = line?.waiting.size ?? 0
    // Not from within the read that freed it: the connection that goes with it is not known to be clean before.
    if (line !== undefined && this.random() * all < ours) setImmediate(() => this.serve(pool.slot, line))
    else this.board.signal(pool.slot)
  }

  private sleep(slot: number, line: Line): void {
    line.asleep = true
    this.board.awaitSignal(slot, LOOK_MS, () => {
      line.asleep = false
      this.serve(slot, line)
      if (line.waiting.size > 0) this.sleep(slot, line)
      else if (this.lines.get(slot) === line) this.lines.delete(slot)
    })
  }

  private serve(slot: number, line: Line): void {
    const now = this.clock.now()
    for (const [waiting, deadline] of line.waiting) {
      if (deadline <= now) {
        this.leave(waiting, slot)
        waiting.expire()
      } else if (waiting.proceed()) this.leave(waiting, slot)
      else return
    }
  }
}
