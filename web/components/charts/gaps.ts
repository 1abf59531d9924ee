/** Where a chart has nothing to show, and why: a gap is not a zero, and neither is a fault. Pure. */

export interface Gap {
  from: number
  to: number
  /** before: nothing is recorded yet · stopped: the balancer was not running · late: not heard of so far. */
  kind: 'before' | 'stopped' | 'late'
}

export const gapWords: Record<Gap['kind'], string> = {
  before: 'nothing recorded',
  stopped: 'Evenkeel was not running',
  late: 'no data yet',
}

/**
 * Gaps between `from` and `to`, for steps of `step` milliseconds that begin at `times` (ascending). The step in progress and one
 * that is on its way are no gap.
 */
export function gapsOf(times: readonly number[], step: number, from: number, to: number): Gap[] {
  const gaps: Gap[] = []
  const first = times[0]
  if (first === undefined) return to > from ? [{ from, to, kind: 'before' }] : []
  if (first - from > step * 1.5) gaps.push({ from, to: first, kind: 'before' })
  times.forEach((t, index) => {
    const before = times[index - 1]
    if (before !== undefined && t - before > step * 1.5) gaps.push({ from: before + step, to: t, kind: 'stopped' })
  })
  const end = (times.at(-1) as number) + step
  if (to - end > step * 2.5) gaps.push({ from: end, to, kind: 'late' })
  return gaps.filter((gap) => gap.to > from && gap.from < to)
}
