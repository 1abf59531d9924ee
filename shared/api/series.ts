/** `GET /api/v1/series`: history for charts. */
import { z } from 'zod'

export const seriesQuerySchema = z.object({
  pool: z
    .string()
    .max(64)
    .optional()
    .describe('One pool and each of its backends; absent: the whole balancer and each pool.'),
  backend: z.string().max(64).optional().describe('Only this backend of the pool.'),
  from: z.coerce.number().int().min(0).describe('Start, epoch milliseconds.'),
  to: z.coerce.number().int().min(0).describe('End, epoch milliseconds.'),
  step: z.coerce
    .number()
    .int()
    .min(1000)
    .max(86_400_000)
    .optional()
    .describe('Wanted step in milliseconds; absent: the finest that gives at most 300 points.'),
})

/**
 * Numbers in the order of `seriesColumns`; percentiles are null where nothing was answered. The last one is how many seconds of the
 * step were counted: fewer than the step has where the process started or stopped within it. A rate is a count divided by it.
 */
export type SeriesPoint = (number | null)[]

export interface Series {
  /** Null: the whole balancer. */
  pool: string | null
  /** Null: the whole pool. */
  backend: string | null
  /**
   * Ascending by time. Only steps that are over: one in progress would look like a fall. A missing step is a gap: the process was
   * not running. A step without traffic is a point of zeros.
   */
  points: SeriesPoint[]
}

export interface SeriesAnswer {
  from: number
  to: number
  /** Real step, milliseconds. */
  step: number
  columns: readonly string[]
  series: Series[]
}
