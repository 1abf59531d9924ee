/** Agent checks: a backend reports its own load and wishes. */
import { z } from 'zod'
import { duration } from './measures.ts'

export const agentCheckSchema = z
  .object({
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .describe('Port on each backend whose agent answers one line: 75%, ready, drain, maint, up, down#reason.'),
    interval: duration({ min: '500ms', max: '1h' }).default('5s').describe('How often each agent is asked.'),
    timeout: duration({ min: '50ms', max: '1m' }).default('2s').describe('Longest wait for its line.'),
  })
  .strict()

export type AgentCheckConfig = z.infer<typeof agentCheckSchema>
