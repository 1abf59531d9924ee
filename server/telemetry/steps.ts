/** Which step answers a question about history: fine enough to see something, coarse enough to draw. */
import { MEMORY_MS } from './seconds.ts'
import type { StoredStep } from './sink.ts'

/** Most points of a series unless a step is asked for. */
export const MOST_POINTS = 300
/** Most points of a series whatever is asked for. */
export const MOST_POINTS_ASKED = 10_000
/** Most points of an answer over all its series, unless a step is asked for. */
const MOST_POINTS_IN_ALL = 150_000
/** A range may begin this much before what is kept, so that "the last 15 minutes" is answered from memory; milliseconds. */
const SLACK_MS = 10_000

export interface Step {
  ms: number
  /** Where it comes from: the seconds in memory, or a stored step that divides it. */
  base: 'memory' | StoredStep
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Finest first; each divides a day, and days are those of UTC. */
const STEPS: readonly Step[] = [
  { ms: SECOND, base: 'memory' },
  ...[10, 20, 30].map((seconds) => ({ ms: seconds * SECOND, base: '10s' as const })),
  ...[1, 2, 5, 10, 15, 20, 30].map((minutes) => ({ ms: minutes * MINUTE, base: '1m' as const })),
  ...[1, 2, 3, 4, 6, 8, 12, 24, 48].map((hours) => ({ ms: hours * HOUR, base: '1h' as const })),
]

export interface StepQuestion {
  /** Epoch milliseconds. */
  from: number
  to: number
  now: number
  /** Wanted step, milliseconds; the answer is the next one that can be made. */
  asked?: number
  /** No step shorter than this is chosen, unless one is asked for, milliseconds. */
  finest?: number
  /** How far back the seconds in memory go, milliseconds. */
  memoryMs?: number
  /** How many series the answer has. */
  series: number
  /** How long a stored step is kept, milliseconds. */
  keptMs(step: StoredStep): number
}

/** The finest step that is still kept for the whole range and does not give too many points. */
export function chooseStep(question: StepQuestion): Step {
  const { from, to, now, asked, finest = 0, memoryMs = MEMORY_MS, series, keptMs } = question
  const most =
    asked === undefined
      ? Math.min(MOST_POINTS, Math.max(60, Math.floor(MOST_POINTS_IN_ALL / Math.max(1, series))))
      : MOST_POINTS_ASKED
  const fits = (step: Step) => step.ms >= (asked ?? finest) && (to - from) / step.ms <= most
  const reaches = ({ base }: Step) => from >= now - (base === 'memory' ? memoryMs : keptMs(base)) - SLACK_MS
  return (
    STEPS.find((step) => fits(step) && reaches(step)) ??
    STEPS.find((step) => fits(step) && step.base === '1h') ??
    (STEPS.at(-1) as Step)
  )
}
