/** Client connections of the last quarter of an hour: the most of each ten seconds. */
import type { ConnectionsLately } from '../../shared/api/live.ts'

const STEP_MS = 10_000
const STEPS = 90

export class ConnectionsMemory {
  private readonly most = new Map<number, number>()

  /** Takes what is open at a moment, epoch milliseconds. */
  add(at: number, open: number): void {
    const t = Math.floor(at / STEP_MS) * STEP_MS
    this.most.set(t, Math.max(this.most.get(t) ?? 0, open))
    for (const step of this.most.keys()) if (step <= t - STEPS * STEP_MS || step > t) this.most.delete(step)
  }

  lately(): ConnectionsLately {
    return { step: STEP_MS, points: [...this.most].sort(([a], [b]) => a - b) }
  }
}
