/** `POST /api/v1/pools/:id/simulate`: the pool's traffic replayed through the real strategies, as it is and as it would be. */
import { z } from 'zod'
import { strategySchema } from '../config/strategy.ts'

/** Most requests that are replayed at once. */
export const MOST_ARRIVALS = 60_000

/** Requests and service times made from a few numbers. */
export const simulationMixSchema = z
  .object({
    requestsPerSecond: z
      .number()
      .min(0.1)
      .max(10_000)
      .default(100)
      .describe('Average rate; the gaps between requests are as random as those of real clients.'),
    clients: z.number().int().min(1).max(100_000).default(200).describe('Number of different clients.'),
    skew: z
      .number()
      .min(0)
      .max(3)
      .default(1)
      .describe('How uneven the clients are: 0 all alike; 1 the first sends twice as much as the second, and so on.'),
    medianMs: z.number().min(0.1).max(60_000).default(20).describe('Half of the answers take less, milliseconds.'),
    p99Ms: z.number().min(0.1).max(600_000).default(200).describe('99 of 100 answers take less, milliseconds.'),
    seconds: z.number().int().min(1).max(900).default(60).describe('How long requests arrive.'),
  })
  .strict()
  .refine(({ p99Ms, medianMs }) => p99Ms >= medianMs, {
    path: ['p99Ms'],
    message: 'must not be below medianMs: most answers cannot be slower than nearly all',
  })
  .refine(({ requestsPerSecond, seconds }) => requestsPerSecond * seconds <= MOST_ARRIVALS, {
    path: ['seconds'],
    message: `makes more than ${MOST_ARRIVALS} requests; lower seconds or requestsPerSecond`,
  })

export const simulationBodySchema = z
  .object({
    strategy: strategySchema.optional().describe('Another strategy; absent: the one in force.'),
    weights: z
      .record(z.string().max(64), z.number().int().min(0).max(256))
      .optional()
      .describe('Other weights, by id of the backend; those not named keep theirs.'),
    remove: z.array(z.string().max(64)).max(2000).optional().describe('Ids of backends that would be gone.'),
    minutes: z
      .number()
      .int()
      .min(1)
      .max(15)
      .default(5)
      .describe('How much recorded traffic is replayed, up to now. Of no use with mix.'),
    mix: simulationMixSchema
      .optional()
      .describe('Replay a synthetic mix instead of recorded traffic; every backend then answers alike.'),
    otherwise: simulationMixSchema
      .optional()
      .describe('Mix to replay when too little traffic was recorded; absent: that is an error.'),
  })
  .strict()

export type SimulationBody = z.infer<typeof simulationBodySchema>
export type SimulationQuestion = z.input<typeof simulationBodySchema>
export type SimulationMix = z.infer<typeof simulationMixSchema>

export interface SimulatedShare {
  /** Backend. */
  id: string
  requests: number
  /** Of all requests, 0 to 1. */
  share: number
  /** Most in flight at once. */
  peakInFlight: number
}

/** What one run came to. */
export interface SimulationReport {
  requests: number
  /** Found no backend with room, and none in time. */
  refused: number
  backends: readonly SimulatedShare[]
  /** Most requests of a backend per unit of weight, over the mean of all: 1 is level. */
  imbalance: number
  /** Requests that waited for a place, and how long, in milliseconds. */
  queueing: { requests: number; meanMs: number; maxMs: number }
  /** Estimated time to the first byte, waiting included, in milliseconds; null when nothing was answered. */
  latency: { p50: number | null; p95: number | null; p99: number | null }
}

/** How many would find another backend than before. */
export interface SimulatedMoves {
  /** All there are. */
  clients: number
  moved: number
  /** 0 to 1. */
  share: number
}

export interface SimulationAnswer {
  source: 'recorded' | 'synthetic'
  /** Why a synthetic mix was replayed although recorded traffic was asked for; null when it was not. */
  fellBack: string | null
  /** Requests that were replayed. */
  requests: number
  /** Time over which they arrive. */
  seconds: number
  /** The pool as it is. */
  baseline: SimulationReport
  /** The pool as it would be. */
  changed: SimulationReport
  /** Null unless both strategies are hashes: others keep no client on one backend, so none can move. */
  moves: (SimulatedMoves & { keys: (SimulatedMoves & { on: string }) | null }) | null
  /** What the numbers stand for, one sentence each. */
  canPredict: string[]
  /** What they leave out, one sentence each. */
  cannotPredict: string[]
  /** Where the requests and the service times come from, and what had to be assumed. */
  note: string
}
