/** What a simulated run means: shares, imbalance, queueing, latency, who would move, and what it cannot tell. */
import type { Arrival } from './arrivals.ts'
import { type SimulationInput, type SimulationRun, simulate } from './simulate.ts'

export interface SimulationReport {
  readonly requests: number
  readonly refused: number
  readonly backends: readonly {
    readonly id: string
    readonly requests: number
    /** Of all requests, 0 to 1. */
    readonly share: number
    readonly peakInFlight: number
  }[]
  /** Most requests of a backend per unit of weight, over the mean of all: 1 is level. */
  readonly imbalance: number
  /** Requests that waited for a place in the pool, and how long those did, in ms. */
  readonly queueing: { readonly requests: number; readonly meanMs: number; readonly maxMs: number }
  /** Estimated latency in ms, queueing included; null when nothing was answered. */
  readonly latency: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null }
  /** What this estimate leaves out, one sentence each. */
  readonly notPredicted: readonly string[]
}

/** Clients whose main backend differs between two runs over the same arrivals. */
export interface Moves {
  readonly clients: number
  readonly moved: number
  /** 0 to 1. */
  readonly share: number
}

/** Nearest-rank percentile of sorted values; `q` 0 to 1. */
function rank(sorted: Float64Array, q: number): number | null {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null
}

const ALWAYS = [
  'Failures, retries, ejections and health flips during the run.',
  'Time on the network and in the balancer itself.',
  'Caches: a backend that gets other keys than before answers them slower at first.',
]

function notPredicted({ backends, arrivals, strategy }: SimulationInput): string[] {
  const list = [...ALWAYS]
  if (backends.some(({ concurrency }) => !Number.isFinite(concurrency))) {
    list.push(
      'Slowing down under load: backends without a known concurrency answer as fast as ever, however much they get.',
    )
  }
  if (backends.some(({ serviceMs }) => serviceMs.length < 100)) {
    list.push('The slowest answers: with fewer than 100 measured times of a backend, p99 is a guess.')
  }
  if (arrivals.length < 1000)
    list.push('Small effects: fewer than 1,000 requests leave some points of share to chance.')
  if (strategy.type === 'hash' && /^(header|cookie|query):/.test(strategy.on)) {
    list.push(
      'Headers, cookies and query parameters that were not recorded: requests without them go by least connections.',
    )
  }
  list.push('Clients that react: slower answers usually make them send less, or try again.')
  return list
}

export function reportOf(run: SimulationRun): SimulationReport {
  const { input, backendOf, queuedMs, latencyMs } = run
  const counts = input.backends.map(() => 0)
  for (const backend of backendOf) if (backend >= 0) counts[backend] = (counts[backend] as number) + 1
  const answered = counts.reduce((sum, count) => sum + count, 0)
  const perWeight = input.backends.flatMap(({ weight }, index) =>
    weight > 0 ? [(counts[index] as number) / weight] : [],
  )
  const mean = perWeight.reduce((sum, value) => sum + value, 0) / Math.max(1, perWeight.length)
  const waits = queuedMs.filter((ms) => ms > 0)
  const latencies = latencyMs.filter((ms) => !Number.isNaN(ms)).sort()
  return {
    requests: backendOf.length,
    refused: backendOf.length - answered,
    backends: input.backends.map(({ id }, index) => ({
      id,
      requests: counts[index] as number,
      share: (counts[index] as number) / Math.max(1, backendOf.length),
      peakInFlight: run.peakInFlight[index] as number,
    })),
    imbalance: mean === 0 ? 1 : Math.max(...perWeight) / mean,
    queueing: {
      requests: waits.length,
      meanMs: waits.length === 0 ? 0 : waits.reduce((sum, ms) => sum + ms, 0) / waits.length,
      maxMs: waits.reduce((most, ms) => Math.max(most, ms), 0),
    },
    latency: { p50: rank(latencies, 0.5), p95: rank(latencies, 0.95), p99: rank(latencies, 0.99) },
    notPredicted: notPredicted(input),
  }
}

type KeyOf = (arrival: Arrival) => string | undefined

/** The backend that served most requests of each client (the first of equals). */
function homes({ input, backendOf }: SimulationRun, keyOf: KeyOf): Map<string, string> {
  const counts = new Map<string, Map<string, number>>()
  input.arrivals.forEach((arrival, index) => {
    const id = input.backends[backendOf[index] as number]?.id
    const client = keyOf(arrival)
    if (id === undefined || client === undefined) return
    const own = counts.get(client) ?? new Map<string, number>()
    own.set(id, (own.get(id) ?? 0) + 1)
    counts.set(client, own)
  })
  return new Map(
    [...counts].map(([client, own]) => [client, [...own].reduce((a, b) => (b[1] > a[1] ? b : a))[0]] as const),
  )
}

/**
 * Clients (or other keys) that would find themselves on another backend. Means something for strategies that keep clients
 * together: hashes.
 */
export function movesBetween(
  baseline: SimulationRun,
  changed: SimulationRun,
  keyOf: KeyOf = ({ client }) => client,
): Moves {
  const before = homes(baseline, keyOf)
  const after = homes(changed, keyOf)
  let moved = 0
  for (const [client, id] of before) if (after.get(client) !== id) moved += 1
  return { clients: before.size, moved, share: before.size === 0 ? 0 : moved / before.size }
}

/** A change to try out: another strategy, other weights, a backend less. */
export interface WhatIf {
  readonly strategy?: SimulationInput['strategy']
  /** By backend id. */
  readonly weights?: Readonly<Record<string, number>>
  /** Ids of backends that are gone. */
  readonly removed?: readonly string[]
}

/** The input with the change made. */
export function changed(input: SimulationInput, whatIf: WhatIf): SimulationInput {
  const backends = input.backends
    .filter(({ id }) => !whatIf.removed?.includes(id))
    .map((backend) => ({ ...backend, weight: whatIf.weights?.[backend.id] ?? backend.weight }))
  return { ...input, backends, strategy: whatIf.strategy ?? input.strategy }
}

/** Runs the pool as it is and as it would be, over the same arrivals with the same luck. */
export function compare(
  input: SimulationInput,
  whatIf: WhatIf,
): { readonly baseline: SimulationReport; readonly changed: SimulationReport; readonly moves: Moves } {
  const baseline = simulate(input)
  const other = simulate(changed(input, whatIf))
  return { baseline: reportOf(baseline), changed: reportOf(other), moves: movesBetween(baseline, other) }
}
