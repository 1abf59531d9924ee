/**
 * Which errors and slow requests are worth storing. A storm is a great many of one kind, and the first of them and one now and then tell
 * as much as all of them: each kind saves up for a burst, and all together are bounded, so that a storm neither fills the disk nor
 * pushes out the rare ones.
 */

/** Stored of one kind: this many at once… */
const KIND_BURST = 100
/** …and this many a second after that. */
const KIND_PER_SECOND = 1
/** Of all kinds together. */
const TOTAL_BURST = 1000
const TOTAL_PER_SECOND = 50
/** Kinds that are remembered; the one that has been quiet longest is forgotten. */
const MOST_KINDS = 1000

class Bucket {
  private left: number
  private at: number
  private readonly burst: number
  private readonly perSecond: number

  constructor(burst: number, perSecond: number, nowMs: number) {
    this.burst = burst
    this.perSecond = perSecond
    this.left = burst
    this.at = nowMs
  }

  /** Has one left; a clock that is set back adds nothing. */
  has(nowMs: number): boolean {
    this.left = Math.min(this.burst, this.left + (Math.max(0, nowMs - this.at) * this.perSecond) / 1000)
    this.at = nowMs
    return this.left >= 1
  }

  take(): void {
    this.left -= 1
  }
}

export class KindBudget {
  private readonly kinds = new Map<string, Bucket>()
  private readonly total: Bucket

  constructor(nowMs: number) {
    this.total = new Bucket(TOTAL_BURST, TOTAL_PER_SECOND, nowMs)
  }

  /** Takes one of this kind if it may be stored. */
  take(kind: string, nowMs: number): boolean {
    const bucket = this.kinds.get(kind) ?? new Bucket(KIND_BURST, KIND_PER_SECOND, nowMs)
    // To the end: the first one is the one that has been quiet longest.
    this.kinds.delete(kind)
    this.kinds.set(kind, bucket)
    if (this.kinds.size > MOST_KINDS) this.kinds.delete(this.kinds.keys().next().value as string)
    if (!bucket.has(nowMs) || !this.total.has(nowMs)) return false
    bucket.take()
    this.total.take()
    return true
  }
}
