/**
 * "Can I lose one?": whether a pool would have carried the peak of its last hour without its largest backend. Two yardsticks: the
 * connection limits an operator set, and the throughput each backend was seen to carry well. Says "unknown" rather than guess.
 */

export interface BackendLoad {
  readonly id: string
  /** Takes traffic now. */
  readonly available: boolean
  /** Most requests in flight at once; 0 = unlimited. */
  readonly maxConnections: number
  /** Most requests per second it answered over ten seconds of the last hour without standing out by errors or slowness; 0: none. */
  readonly carriedPerSecond: number
}

export interface PoolPeak {
  /** Highest of the pool as a whole in the last hour, not the sum of its backends' peaks. */
  readonly inFlight: number
  readonly requestsPerSecond: number
}

export interface CapacityAnswer {
  readonly verdict: 'yes' | 'no' | 'unknown'
  /** One sentence that says why, with the numbers. */
  readonly sentence: string
  /** The backend whose loss was assumed; undefined when there is none to lose. */
  readonly lost: string | undefined
  /** What was compared; undefined where nothing could be. */
  readonly yardstick: 'connections' | 'throughput' | undefined
  /** Peak of the pool and what the others can carry, in the yardstick's unit (requests in flight, requests per second). */
  readonly needed: number
  readonly left: number
}

type Measure = (backend: BackendLoad) => number

/** What the others carry when the one with the most goes. */
function withoutLargest(backends: readonly BackendLoad[], measure: Measure): { lost: string; left: number } {
  const largest = backends.reduce((a, b) => (measure(b) > measure(a) ? b : a))
  let left = 0
  for (const backend of backends) if (backend !== largest) left += measure(backend)
  return { lost: largest.id, left }
}

const whole = (value: number): string => (value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value)))

function answer(
  verdict: CapacityAnswer['verdict'],
  sentence: string,
  more: Partial<CapacityAnswer> = {},
): CapacityAnswer {
  return { verdict, sentence, lost: undefined, yardstick: undefined, needed: 0, left: 0, ...more }
}

function byConnections(usable: readonly BackendLoad[], needed: number): CapacityAnswer | undefined {
  if (usable.some(({ maxConnections }) => maxConnections === 0)) return undefined
  const { lost, left } = withoutLargest(usable, ({ maxConnections }) => maxConnections)
  const verdict = needed <= left ? 'yes' : 'no'
  const compared = `the others take ${left} requests at once, the peak of the last hour was ${whole(needed)}`
  return answer(verdict, `Without ${lost} ${compared}.`, { lost, left, needed, yardstick: 'connections' })
}

function byThroughput(usable: readonly BackendLoad[], needed: number): CapacityAnswer {
  const { lost, left } = withoutLargest(usable, ({ carriedPerSecond }) => carriedPerSecond)
  const numbers = { lost, left, needed, yardstick: 'throughput' as const }
  const compared = `the others have carried ${whole(left)} requests/s, the peak of the last hour was ${whole(needed)}`
  if (needed <= left) return answer('yes', `Without ${lost} ${compared}.`, numbers)
  const hint = 'They may carry more than they were ever asked to; set maxConnections to get a firm answer.'
  return answer('unknown', `Without ${lost} ${compared}. ${hint}`, numbers)
}

/** Answers for one pool. A limit that is too low is a firm no; throughput never seen is no proof that it cannot be had. */
export function canLoseOne(backends: readonly BackendLoad[], peak: PoolPeak): CapacityAnswer {
  const usable = backends.filter(({ available }) => available)
  const [only] = usable
  if (only === undefined) return answer('no', 'No backend is available.')
  if (usable.length === 1) return answer('no', `${only.id} is the only available backend.`, { lost: only.id })
  if (peak.requestsPerSecond <= 0 && peak.inFlight <= 0) {
    return answer('unknown', 'There was no traffic in the last hour to judge by.')
  }
  const limits = byConnections(usable, peak.inFlight)
  return limits ?? byThroughput(usable, peak.requestsPerSecond)
}
