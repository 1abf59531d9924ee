/** How the three sample backends behave: pure functions of time and chance, so that the story they tell can be tested. */

/** What a sample backend is like. */
export type Temper = 'fast' | 'slow' | 'flaky'

/** How the flaky one feels: `errors` answers many requests with 500 while its health check passes; `sick` fails the health check too. */
export type Mood = 'well' | 'errors' | 'sick'

/** A source of randomness: a number in [0, 1). */
export type Random = () => number

/** One round of the flaky one, in ms: well long enough to be seen healthy, an episode of errors, well again, sick, and so on. */
const ROUND: readonly (readonly [Mood, number])[] = [
  ['well', 40_000],
  ['errors', 12_000],
  ['well', 60_000],
  ['sick', 20_000],
]
const ROUND_MS = ROUND.reduce((sum, [, lengthMs]) => sum + lengthMs, 0)
/** Share of requests that fail in an episode of errors. */
const ERROR_SHARE = 0.6

/** Mood of the flaky backend `elapsedMs` after its start. */
export function moodAt(elapsedMs: number): Mood {
  let rest = elapsedMs % ROUND_MS
  for (const [mood, lengthMs] of ROUND) {
    if (rest < lengthMs) return mood
    rest -= lengthMs
  }
  return 'well'
}

/** Shortest and longest time to answer, in ms. */
const PACE: Record<Temper, readonly [number, number]> = { fast: [1, 8], slow: [40, 140], flaky: [8, 35] }
/** Every so many requests take this much longer, whoever answers. */
const STRAGGLERS = 0.01
const STRAGGLER_MS = 250
/** What a report takes to make, in ms, on top of the pace. */
const REPORT_MS = 300

export interface SampleAnswer {
  status: number
  delayMs: number
}

/** The answer of a backend to a path (without query). */
export function answerFor(temper: Temper, path: string, elapsedMs: number, random: Random): SampleAnswer {
  const mood = temper === 'flaky' ? moodAt(elapsedMs) : 'well'
  if (path === '/health') return { status: mood === 'sick' ? 503 : 200, delayMs: 1 }
  const [least, most] = PACE[temper]
  let delayMs = least + (most - least) * random() ** 2
  if (path === '/api/report') delayMs += REPORT_MS
  if (random() < STRAGGLERS) delayMs += STRAGGLER_MS
  if (mood === 'sick' || (mood === 'errors' && random() < ERROR_SHARE))
    return { status: mood === 'sick' ? 503 : 500, delayMs }
  return { status: isKnown(path) ? 200 : 404, delayMs }
}

const KNOWN = new Set(['/', '/products', '/login', '/assets/app.css', '/api/items', '/api/cart', '/api/report'])

function isKnown(path: string): boolean {
  return KNOWN.has(path) || /^\/api\/items\/\d+$/.test(path)
}
