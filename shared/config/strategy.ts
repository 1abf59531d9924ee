/** Strategies: the configured way of choosing a backend of a pool. */
import { z } from 'zod'

const hashKey = z
  .string()
  .max(128)
  .regex(
    /^(client-ip|uri|(header|cookie|query):[!#$%&'*+.^_`|~0-9A-Za-z-]+)$/,
    'use client-ip, uri, header:<name>, cookie:<name> or query:<name>',
  )

export const strategySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('round-robin') }).strict(),
  z.object({ type: z.literal('least-connections') }).strict(),
  z.object({ type: z.literal('least-time') }).strict(),
  z.object({ type: z.literal('power-of-two') }).strict(),
  z.object({ type: z.literal('random') }).strict(),
  z
    .object({
      type: z.literal('hash'),
      on: hashKey.default('client-ip').describe('What of the request is hashed.'),
      method: z
        .enum(['maglev', 'rendezvous'])
        .default('maglev')
        .describe('How keys are placed: a lookup table, or the highest score.'),
      boundedLoad: z
        .number()
        .min(1)
        .max(10)
        .optional()
        .describe('Skip a backend with more than this many times the average in flight.'),
    })
    .strict(),
  z.object({ type: z.literal('first') }).strict(),
])

export type StrategyConfig = z.infer<typeof strategySchema>
export type StrategyType = StrategyConfig['type']
export const strategyTypes = strategySchema.options.map((option) => option.shape.type.value) as StrategyType[]
