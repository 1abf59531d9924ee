/** One question to the simulator, whole: what arrives, the pool, and what would change. Runs in a thread of its own. */
import { seededRandom } from '../clock.ts'
import { keyReader } from '../strategies/hash-key.ts'
import { type Arrival, type Mix, requestOf, synthesize } from './arrivals.ts'
import { arrivalsOf, type Recording } from './recorded.ts'
import { changed, type Moves, movesBetween, reportOf, type SimulationReport, type WhatIf } from './report.ts'
import { type SimulationInput, type SimulationRun, simulate } from './simulate.ts'

export interface SimulationJob {
  readonly pool: Omit<SimulationInput, 'arrivals'>
  readonly traffic: { readonly recording: Recording } | { readonly mix: Mix }
  readonly whatIf: WhatIf
}

/** Who would find another backend than before; only where the strategy keeps clients together, before and after. */
export interface JobMoves extends Moves {
  /** The same by the key that is hashed, when that is not the client's address. */
  readonly keys: (Moves & { readonly on: string }) | null
}

export interface JobResult {
  readonly requests: number
  readonly baseline: SimulationReport
  readonly changed: SimulationReport
  readonly moves: JobMoves | null
}

function arrivalsFor({ traffic, pool }: SimulationJob): Arrival[] {
  const random = seededRandom(pool.seed)
  return 'mix' in traffic ? synthesize(traffic.mix, random) : arrivalsOf(traffic.recording, random)
}

function movesOf(before: SimulationRun, after: SimulationRun): JobMoves | null {
  const { strategy } = after.input
  if (before.input.strategy.type !== 'hash' || strategy.type !== 'hash') return null
  const keyOf = keyReader(strategy.on)
  const keys =
    strategy.on === 'client-ip'
      ? null
      : { on: strategy.on, ...movesBetween(before, after, (arrival) => keyOf(requestOf(arrival))) }
  return { ...movesBetween(before, after), keys }
}

/** Runs the pool as it is and as it would be over the same arrivals. The same job gives the same result on every machine. */
export function runJob(job: SimulationJob): JobResult {
  const input: SimulationInput = { ...job.pool, arrivals: arrivalsFor(job) }
  const before = simulate(input)
  const after = simulate(changed(input, job.whatIf))
  return {
    requests: input.arrivals.length,
    baseline: reportOf(before),
    changed: reportOf(after),
    moves: movesOf(before, after),
  }
}
