/** Answers "what if": asks a thread to replay the pool's traffic through the strategies, and says how much that is worth. */
import type { ExchangeRecord } from '../../shared/api/records.ts'
import { MOST_ARRIVALS, type SimulationAnswer, type SimulationBody } from '../../shared/api/simulation.ts'
import type { Config } from '../../shared/config/config.ts'
import type { PoolConfig } from '../../shared/config/pool.ts'
import { ms } from '../../shared/units.ts'
import { serviceTimes } from '../core/simulator/arrivals.ts'
import type { JobResult, SimulationJob } from '../core/simulator/job.ts'
import type { SimulationReport } from '../core/simulator/report.ts'
import { ControlError } from '../errors.ts'
import { type SimulatedPool, simulatedPool } from './simulation-pool.ts'
import { type CountedSteps, type ServiceTimes, serviceTimesOf, windowOf } from './simulation-traffic.ts'
import { predictions, recordedNote, syntheticNote } from './simulation-words.ts'
import type { AvailabilityFacts } from './status.ts'

/** The thread: a result, or why there is none. */
export type RunSimulation = (
  job: SimulationJob,
  signal?: AbortSignal,
) => Promise<
  | { readonly result: JobResult }
  | { readonly failed: 'busy' | 'too-long' | 'died' | 'cancelled'; readonly detail: string }
>

export interface SimulationParts {
  config(): Config
  facts: AvailabilityFacts
  /** Logged exchanges of a pool since a time, epoch milliseconds, in any order. */
  exchanges(pool: string, since: number): readonly ExchangeRecord[]
  /** What was counted of a pool since then. */
  counted(pool: string, since: number): CountedSteps | Promise<CountedSteps>
  run: RunSimulation
  /** Threads that choose backends, each with a strategy of its own. */
  workers: number
  /** Epoch milliseconds. */
  now(): number
}

export type Simulate = (pool: string, body: SimulationBody, signal?: AbortSignal) => Promise<SimulationAnswer>

/** Fewer requests than this say nothing. */
const FEWEST_REQUESTS = 50
/** The same question about the same traffic gets the same answer. */
const SEED = 1
/** When the one that runs may have ended. */
const RETRY_SECONDS = 3

/** A job and the words that go with its answer. */
interface Plan {
  job: SimulationJob
  seconds: number
  answer(result: JobResult): Pick<SimulationAnswer, 'source' | 'note' | 'canPredict' | 'cannotPredict'>
}

function poolInput(
  parts: SimulationParts,
  config: PoolConfig,
  pool: SimulatedPool,
  times: (id: string) => ServiceTimes,
): SimulationJob['pool'] {
  return {
    backends: pool.backends.map(({ id, weight, maxConnections }) => ({
      id,
      weight,
      maxConnections,
      concurrency: Number.POSITIVE_INFINITY,
      ...times(id),
    })),
    strategy: config.strategy,
    seed: SEED,
    workers: parts.workers,
    queue: { size: config.queue.size, timeoutMs: ms(config.queue.timeout) },
  }
}

function synthetic(
  parts: SimulationParts,
  config: PoolConfig,
  pool: SimulatedPool,
  mix: NonNullable<SimulationBody['mix']>,
): Plan {
  const serviceMs = serviceTimes(mix.medianMs, mix.p99Ms)
  const holdMs = serviceMs.map(() => 0)
  return {
    job: {
      pool: poolInput(parts, config, pool, () => ({ serviceMs, holdMs })),
      traffic: { mix: { ...mix, durationMs: mix.seconds * 1000 } },
      whatIf: pool.whatIf,
    },
    seconds: mix.seconds,
    answer: (result) => ({
      source: 'synthetic',
      note: syntheticNote(mix, pool),
      ...predictions(config, pool, result, undefined),
    }),
  }
}

function tooLittle(pool: string, found: string): ControlError {
  return new ControlError(
    'too-little-traffic',
    `Pool "${pool}" has ${found}, too few to predict anything from. Wait for more traffic, ask for more minutes, or simulate a synthetic mix.`,
  )
}

async function recorded(
  parts: SimulationParts,
  config: PoolConfig,
  pool: SimulatedPool,
  minutes: number,
): Promise<Plan> {
  const since = parts.now() - minutes * 60_000
  const counted = await parts.counted(config.id, since)
  const window = windowOf(parts.exchanges(config.id, since), counted, MOST_ARRIVALS)
  const lately = `the last ${minutes === 1 ? 'minute' : `${minutes} minutes`}`
  if (window === undefined || window.requests < FEWEST_REQUESTS || window.recorded === 0)
    throw tooLittle(config.id, `${window?.requests ?? 0} recorded requests of ${lately}`)
  const times = serviceTimesOf(
    window.exchanges,
    pool.backends.map(({ id }) => id),
  )
  if (times === undefined) throw tooLittle(config.id, `hardly any measured answers of ${lately}`)
  return {
    job: {
      pool: poolInput(parts, config, pool, (id) => times.of.get(id) as ServiceTimes),
      traffic: { recording: window.recording },
      whatIf: pool.whatIf,
    },
    seconds: window.seconds,
    answer: (result) => ({
      source: 'recorded',
      note: recordedNote(window, times.borrowed, pool),
      ...predictions(config, pool, result, window),
    }),
  }
}

/** What to replay; a mix instead of too little traffic where one was given for that. */
async function planned(parts: SimulationParts, config: PoolConfig, pool: SimulatedPool, body: SimulationBody) {
  if (body.mix) return { plan: synthetic(parts, config, pool, body.mix), fellBack: null }
  try {
    return { plan: await recorded(parts, config, pool, body.minutes), fellBack: null }
  } catch (error) {
    const thin = error instanceof ControlError && error.code === 'too-little-traffic'
    if (!thin || body.otherwise === undefined) throw error
    return { plan: synthetic(parts, config, pool, body.otherwise), fellBack: error.message }
  }
}

function reported({ requests, refused, backends, imbalance, queueing, latency }: SimulationReport) {
  return { requests, refused, backends, imbalance, queueing, latency }
}

/**
 * Answers questions about pools. Errors: `not-found`; `invalid-request` naming the path; `too-little-traffic`; `not-available` when
 * nobody takes traffic or too many simulations wait; `simulation-failed`.
 */
export function createSimulate(parts: SimulationParts): Simulate {
  return async (id, body, signal) => {
    const config = parts.config().pools.find((pool) => pool.id === id)
    if (config === undefined) throw new ControlError('not-found', `There is no pool "${id}".`)
    const pool = simulatedPool(config, parts.facts, body)
    const { plan, fellBack } = await planned(parts, config, pool, body)
    const outcome = await parts.run(plan.job, signal)
    if ('failed' in outcome) {
      if (outcome.failed !== 'busy') throw new ControlError('simulation-failed', outcome.detail)
      const detail = `${outcome.detail} Try again in ${RETRY_SECONDS} s.`
      throw new ControlError('not-available', detail, { retryAfterSeconds: RETRY_SECONDS })
    }
    const { result } = outcome
    return {
      fellBack,
      requests: result.requests,
      seconds: plan.seconds,
      baseline: reported(result.baseline),
      changed: reported(result.changed),
      moves: result.moves,
      ...plan.answer(result),
    }
  }
}
