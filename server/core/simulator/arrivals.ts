/** Requests for the simulator: recorded ones, or a synthetic mix made from a few numbers and a seed. */
import type { Random } from '../clock.ts'
import type { PickRequest } from '../strategies/strategy.ts'

/** One request that arrives, with the fields a strategy may look at. */
export interface Arrival {
  /** Milliseconds from the start of the simulation. */
  readonly atMs: number
  /** Address of the client. */
  readonly client: string
  readonly uri: string
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly cookies?: Readonly<Record<string, string>>
}

/** A synthetic mix of requests. */
export interface Mix {
  /** Arrivals are a Poisson process of this rate. */
  readonly requestsPerSecond: number
  readonly durationMs: number
  /** Number of different clients. */
  readonly clients: number
  /** Zipf exponent: 0 = all clients alike, 1 = the first sends twice as much as the second, three times the third, … */
  readonly skew: number
}

/** What a strategy sees of an arrival. */
export function requestOf(arrival: Arrival): PickRequest {
  const query = () => new URLSearchParams(arrival.uri.slice(arrival.uri.indexOf('?') + 1 || arrival.uri.length))
  return {
    clientAddress: () => arrival.client,
    uri: () => arrival.uri,
    header: (name) => arrival.headers?.[name],
    cookie: (name) => arrival.cookies?.[name],
    query: (name) => query().get(name) ?? undefined,
  }
}

/** Address of the n-th synthetic client, in 10.0.0.0/8 (RFC 1918). */
const addressOf = (client: number): string => `10.${(client >> 16) & 255}.${(client >> 8) & 255}.${client & 255}`

/** Draws arrivals in order of time. */
export function synthesize(mix: Mix, random: Random): Arrival[] {
  const cumulative: number[] = []
  let total = 0
  for (let client = 0; client < mix.clients; client++) {
    total += 1 / (client + 1) ** mix.skew
    cumulative.push(total)
  }
  const arrivals: Arrival[] = []
  const meanGapMs = 1000 / mix.requestsPerSecond
  for (let atMs = 0; ; ) {
    atMs -= Math.log(1 - random()) * meanGapMs
    if (!(atMs < mix.durationMs)) return arrivals
    const client = firstAtLeast(cumulative, random() * total)
    arrivals.push({ atMs, client: addressOf(client), uri: `/${client % 100}` })
  }
}

/** Position of the first entry that is not below `value`; the last one when all are. */
function firstAtLeast(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Service times with this median and 99th percentile, as `count` even quantiles of a log-logistic distribution (long tail, closed form). */
export function serviceTimes(medianMs: number, p99Ms: number, count = 200): number[] {
  // The q-quantile is median × (q / (1 - q))^shape, and 0.99 / 0.01 = 99.
  const shape = Math.log(p99Ms / medianMs) / Math.log(99)
  return Array.from({ length: count }, (_, index) => {
    const q = (index + 0.5) / count
    return medianMs * (q / (1 - q)) ** shape
  })
}
