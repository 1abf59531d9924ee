/**
 * Requests and retries of the last ten seconds, for the retry budget. Each thread counts in a block of its own in shared memory, so a
 * request costs three plain writes and no lock; a retry, which is rare, adds up the blocks of all threads. The budget is therefore one
 * for the whole process, however unevenly the kernel spreads connections over threads. Threads that decide in the same moment may each
 * be allowed the last retry: at most one too many per thread.
 *
 * Ten cells of one second each, overwritten in turn: the window is the second in progress and the nine before it.
 */

/** Length of the window, in seconds. */
export const WINDOW_SECONDS = 10

const STAMP = 0
const REQUESTS = 1
const RETRIES = 2
const CELL = 3
/** 32-bit numbers that one row of one thread takes. */
export const WINDOW_ROW = WINDOW_SECONDS * CELL

export class RetryWindow {
  /** What `look` has found last. */
  requests = 0
  retries = 0
  private readonly memory: Int32Array
  private readonly block: number
  private readonly own: number

  /** `memory`: `rows` × `WINDOW_ROW` numbers for each thread, one thread after the other. */
  constructor(memory: Int32Array, rows: number, thread: number) {
    this.memory = memory
    this.block = rows * WINDOW_ROW
    this.own = thread * this.block
  }

  /** A client's request, whatever becomes of it. `nowMs`: monotonic, the same in all threads. */
  countRequest(row: number, nowMs: number): void {
    const at = this.cellOf(row, nowMs) + REQUESTS
    this.memory[at] = (this.memory[at] as number) + 1
  }

  /** A retry that the budget pays for. */
  countRetry(row: number, nowMs: number): void {
    const at = this.cellOf(row, nowMs) + RETRIES
    this.memory[at] = (this.memory[at] as number) + 1
  }

  /** This thread's cell of the present second. It is emptied before it gets its new stamp: nobody takes old counts for new ones. */
  private cellOf(row: number, nowMs: number): number {
    const second = (nowMs / 1000) | 0
    const at = this.own + row * WINDOW_ROW + (second % WINDOW_SECONDS) * CELL
    if (this.memory[at + STAMP] !== second) {
      this.memory[at + REQUESTS] = 0
      this.memory[at + RETRIES] = 0
      this.memory[at + STAMP] = second
    }
    return at
  }

  /** Adds up the window over all threads, into `requests` and `retries`. */
  look(row: number, nowMs: number): void {
    const { memory, block } = this
    const second = (nowMs / 1000) | 0
    this.requests = 0
    this.retries = 0
    for (let thread = row * WINDOW_ROW; thread < memory.length; thread += block) {
      for (let at = thread; at < thread + WINDOW_ROW; at += CELL) {
        const age = second - (memory[at + STAMP] as number)
        if (age < 0 || age >= WINDOW_SECONDS) continue
        this.requests += memory[at + REQUESTS] as number
        this.retries += memory[at + RETRIES] as number
      }
    }
  }
}
