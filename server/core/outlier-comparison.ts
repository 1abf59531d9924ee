/** The statistics of outlier detection: does one backend fail significantly more often than the rest of its pool? */

/** Requests of one backend in the window, and how many of them failed. */
export interface Tally {
  readonly id: string
  readonly requests: number
  readonly failures: number
}

/** Backends with fewer requests in the window are not judged, nor is anybody judged by them. */
export const MIN_REQUESTS = 20
/** One-sided 0.1 % point of the normal distribution: p < 0.001. */
export const Z_LIMIT = 3.0902
/** A significant difference below 20 points is a fact, but no reason to take a backend out. */
export const MIN_DIFFERENCE = 0.2

/** Share of failed requests, 0 to 1; 0 without requests. */
export function errorShare({ requests, failures }: Pick<Tally, 'requests' | 'failures'>): number {
  return requests === 0 ? 0 : failures / requests
}

/** Two-proportion z statistic with pooled variance: how many standard errors `one` fails more often than `rest`. */
export function zOf(one: Pick<Tally, 'requests' | 'failures'>, rest: Pick<Tally, 'requests' | 'failures'>): number {
  if (one.requests === 0 || rest.requests === 0) return 0
  const pooled = (one.failures + rest.failures) / (one.requests + rest.requests)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / one.requests + 1 / rest.requests))
  return error === 0 ? 0 : (errorShare(one) - errorShare(rest)) / error
}

/** `31 %`, `0.2 %`, `0 %`: one decimal where it says something. */
export function percent(share: number): string {
  const value = share * 100
  return `${value > 0 && value < 10 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} %`
}

/** The backend with the highest share of errors that stands out from the others together, and why; undefined when none does. */
export function findWorst(tallies: readonly Tally[]): { id: string; reason: string } | undefined {
  const judged = tallies.filter(({ requests }) => requests >= MIN_REQUESTS)
  if (judged.length < 2) return undefined
  const one = judged.reduce((a, b) => (errorShare(b) > errorShare(a) ? b : a))
  const rest = { requests: 0, failures: 0 }
  for (const other of judged) {
    if (other === one) continue
    rest.requests += other.requests
    rest.failures += other.failures
  }
  if (zOf(one, rest) <= Z_LIMIT || errorShare(one) - errorShare(rest) < MIN_DIFFERENCE) return undefined
  const reason = `${percent(errorShare(one))} errors against ${percent(errorShare(rest))} elsewhere, ${one.requests} requests`
  return { id: one.id, reason }
}
