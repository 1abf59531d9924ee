/**
 * Whether a figure rises. The time after the warm-up is cut in two parts. A figure rises when both of these pass its bound: what its robust
 * slope adds within the second part, and how much higher the second part lies than the first (medians). One slow minute of the machine,
 * a saw-tooth of the garbage collector or a step at the beginning passes neither or only one of them; a leak passes both.
 */

/** How much a figure may grow from one part to the next before it counts as rising. */
export interface Bound {
  /** In the unit of the figure. */
  readonly absolute: number
  /** Share of the median of the first part; the larger of the two counts. */
  readonly relative: number
}

export interface Reading {
  /** Minutes since the start. */
  readonly at: number
  readonly value: number
}

export interface Verdict {
  readonly word: 'flat' | 'falling' | 'rising' | 'too few readings'
  /** Median of the first and of the second part. */
  readonly first: number
  readonly second: number
  /** What the slope of the second part makes in an hour. */
  readonly perHour: number
  /** What would have been too much, in the unit of the figure. */
  readonly bound: number
}

const FEWEST = 4

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Median of the slopes between all pairs of readings (Theil–Sen), per minute: a third of the readings may be wild. */
export function slope(readings: readonly Reading[]): number {
  const slopes: number[] = []
  for (const [index, one] of readings.entries())
    for (const later of readings.slice(index + 1))
      if (later.at > one.at) slopes.push((later.value - one.value) / (later.at - one.at))
  return slopes.length === 0 ? 0 : median(slopes)
}

/** Looks at the readings from minute `from` to minute `to`. */
export function judge(readings: readonly Reading[], from: number, to: number, limit: Bound): Verdict {
  const middle = (from + to) / 2
  const parts = [
    readings.filter(({ at }) => at >= from && at < middle),
    readings.filter(({ at }) => at >= middle && at <= to),
  ] as const
  const [first, second] = [median(parts[0].map(({ value }) => value)), median(parts[1].map(({ value }) => value))]
  const perMinute = slope(parts[1])
  const bound = Math.max(limit.absolute, limit.relative * Math.abs(first))
  const figures = { first, second, perHour: perMinute * 60, bound }
  if (parts[0].length < FEWEST || parts[1].length < FEWEST) return { word: 'too few readings', ...figures }
  const growth = perMinute * (to - middle)
  if (growth > bound && second - first > bound) return { word: 'rising', ...figures }
  return { word: growth < -bound && first - second > bound ? 'falling' : 'flat', ...figures }
}
