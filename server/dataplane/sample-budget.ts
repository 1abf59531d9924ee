/**
 * Which ordinary exchanges are logged: so many a second, evenly spread. Taken all at the beginning of each second, their records would keep
 * everybody else waiting for milliseconds, which is where the 99th percentile is. Quiet traffic saves up, so that a page with all that
 * belongs to it is logged whole.
 */
export class SampleBudget {
  private readonly perSecond: number
  private saved: number
  private at = 0

  constructor(perSecond: number) {
    this.perSecond = perSecond
    this.saved = this.most
  }

  /** Saved up at most; with what comes in a second it must not be more than a second's. */
  private get most(): number {
    return Math.max(1, this.perSecond / 4)
  }

  /** Takes one if there is one left. `nowMs`: monotonic milliseconds. */
  take(nowMs: number): boolean {
    this.saved = Math.min(this.most, this.saved + ((nowMs - this.at) * Math.max(1, this.perSecond - this.most)) / 1000)
    this.at = nowMs
    if (this.saved < 1) return false
    this.saved -= 1
    return true
  }
}
