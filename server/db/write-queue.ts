/**
 * Writes that may wait: metrics, events, probe results. A full disk, a read-only or a locked file never reaches the caller;
 * what cannot be written stays in memory up to a bound, is tried again, and the status says so.
 */
import type { StorageStatus } from '../../shared/api/live.ts'
import { type Db, inTransaction, standIn } from './handle.ts'
import { BUSY_MS, databaseBytes } from './open.ts'
import { adviceFor, type DatabaseProblemCode, problemCode } from './problem.ts'

/** One write; `run` is called in a transaction, again after a failure, and must only write. */
export interface Write {
  /** How many rows it stands for: what the bound counts. */
  rows: number
  run(db: Db): void
  /** Called once it has left the queue: stored, or given up. */
  left?(stored: boolean): void
}

export interface WriteQueueOptions {
  db: Db
  /** Most rows kept while nothing can be written; the oldest go first. */
  mostRows?: number
  /** Called when storing begins to fail, fails for another reason, or works again. */
  onChange?: (status: StorageStatus) => void
  /** Called with a fault of ours (a wrong statement); the write is dropped. */
  onDefect?: (error: unknown) => void
}

/** About 40 minutes of 50 busy backends, and some 50 MB at most. */
const MOST_ROWS = 100_000
/** How long a flush waits for another program, milliseconds. */
const SHORT_WAIT_MS = 50

const reasons: Record<DatabaseProblemCode, string> = {
  'disk-full': 'the disk is full',
  'read-only': 'the database cannot be written to',
  locked: 'another program holds the database',
  'in-use': 'another Evenkeel uses the database',
  corrupt: 'the database file is damaged',
  unavailable: 'the disk reported an error',
  'newer-version': 'the database belongs to a newer version',
  'migration-edited': 'a migration was edited',
  'migration-failed': 'a migration failed',
}

/** The queue of one database. No method throws. */
export class WriteQueue {
  private readonly options: WriteQueueOptions
  private readonly mostRows: number
  private writes: Write[] = []
  private rows = 0
  private lost = 0
  private failing: DatabaseProblemCode | undefined

  constructor(options: WriteQueueOptions) {
    this.options = options
    this.mostRows = options.mostRows ?? MOST_ROWS
  }

  /** Takes a write; it is stored by the next `flush`. */
  add(write: Write): void {
    this.writes.push(write)
    this.rows += write.rows
    this.trim()
  }

  /** Stores what waits, in one transaction. Call it about once a second. True when nothing waits any more. */
  flush(): boolean {
    // Only a real write shows that writing works again.
    if (this.writes.length === 0) return this.failing === undefined
    const outcome = this.store(this.writes)
    if (outcome === 'failed' || (outcome === 'defect' && !this.storeSingly())) return false
    if (outcome === 'stored') this.remove(this.writes.length, true)
    this.settle(undefined)
    return true
  }

  /** Runs something that is not worth keeping when it fails, such as removing old rows. True when it was done. */
  attempt(run: (db: Db) => void): boolean {
    return this.store([{ rows: 0, run }]) === 'stored'
  }

  status(): StorageStatus {
    const { failing } = this
    const unusable = standIn(this.options.db)
    if (unusable !== undefined) return { condition: 'failing', problem: unusable.message, bytes: 0 }
    return {
      condition: failing === undefined ? 'ok' : 'failing',
      problem: failing === undefined ? null : problemText(failing, this.lost),
      bytes: databaseBytes(this.options.db),
    }
  }

  /** Rows that wait. */
  waiting(): number {
    return this.rows
  }

  /** Rows given up since the start because the bound was reached. */
  dropped(): number {
    return this.lost
  }

  private settle(outcome: DatabaseProblemCode | undefined): void {
    if (outcome === this.failing) return
    this.failing = outcome
    this.options.onChange?.(this.status())
  }

  private remove(count: number, stored: boolean): void {
    const gone = this.writes.slice(0, count)
    this.writes = this.writes.slice(count)
    for (const write of gone) {
      this.rows -= write.rows
      write.left?.(stored)
    }
  }

  private trim(): void {
    let surplus = 0
    for (let kept = this.rows; kept > this.mostRows && surplus < this.writes.length - 1; surplus++) {
      const count = (this.writes[surplus] as Write).rows
      kept -= count
      this.lost += count
    }
    if (surplus > 0) this.remove(surplus, false)
  }

  /** Stores in one transaction; a fault of ours is not a storage fault and is told apart by `defect`. */
  private store(batch: readonly Write[]): 'stored' | 'defect' | 'failed' {
    const { db, onDefect } = this.options
    // What a stand-in is given is lost with it; here it is kept for the real one.
    const unusable = standIn(db)
    if (unusable !== undefined) {
      this.settle(unusable.code)
      return 'failed'
    }
    try {
      // This runs on the control plane's event loop: waiting long for another program would stall probes and dashboard.
      db.pragma(`busy_timeout = ${SHORT_WAIT_MS}`)
      inTransaction(db, () => {
        for (const write of batch) write.run(db)
      })
      return 'stored'
    } catch (error) {
      const code = db.open ? problemCode(error) : 'unavailable'
      if (code === undefined) {
        if (batch.length === 1) onDefect?.(error)
        return 'defect'
      }
      this.settle(code)
      return 'failed'
    } finally {
      if (db.open) db.pragma(`busy_timeout = ${BUSY_MS}`)
    }
  }

  /** One by one, so that a single wrong write does not hold up the others. */
  private storeSingly(): boolean {
    for (let left = this.writes.length; left > 0; left--) {
      const outcome = this.store(this.writes.slice(0, 1))
      if (outcome === 'failed') return false
      this.remove(1, outcome === 'stored')
    }
    return true
  }
}

function problemText(code: DatabaseProblemCode, dropped: number): string {
  const lost = dropped > 0 ? ` ${dropped} rows had to be given up so far.` : ''
  return `History is not being saved: ${reasons[code]}. Traffic and health checks go on; new numbers and events are kept in memory for now.${lost} ${adviceFor(code)}`
}
