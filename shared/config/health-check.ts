/** Health checks: how a pool finds out which of its backends are well. */
import { z } from 'zod'
import { duration } from './measures.ts'

const timing = {
  interval: duration({ min: '500ms', max: '1h' })
    .default('5s')
    .describe('Time between two probes of a backend (10 % jitter is added).'),
  timeout: duration({ min: '50ms', max: '1m' }).default('3s').describe('A probe that takes longer has failed.'),
  unhealthyAfter: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(2)
    .describe('Failed probes in a row that make a backend unhealthy.'),
  healthyAfter: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(2)
    .describe('Passed probes in a row that make it healthy again.'),
}

const statusRange = z
  .string()
  .regex(/^[1-5]\d\d(-[1-5]\d\d)?$/, 'write a status such as 200 or a range such as 200-399')

export const healthCheckSchema = z.discriminatedUnion('type', [
  z
    .object({
      type: z.literal('http'),
      ...timing,
      path: z
        .string()
        .max(2048)
        .regex(/^\/[^\s#]*$/, 'write a path such as /health, from "/" on and without spaces or "#"')
        .default('/')
        .describe('Path that is asked for.'),
      method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST']).default('GET').describe('Request method.'),
      expect: z.array(statusRange).min(1).max(20).default(['200-399']).describe('Statuses that count as passed.'),
      host: z
        .string()
        .max(255)
        .regex(/^[\x21-\x7e]*$/, 'write a host name such as app.example.com, without spaces')
        .optional()
        .describe('Host field of the probe; absent: the address of the backend.'),
      headers: z
        .record(
          z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a field name; write one such as X-Probe'),
          z
            .string()
            .max(1024)
            .regex(/^[\t\x20-\x7e]*$/, 'write ASCII text in one line'),
        )
        .default({})
        .describe('Further header fields of the probe.'),
      body: z.string().max(1024).optional().describe('Text that the first 64 KiB of the answer must contain.'),
      port: z
        .number()
        .int()
        .min(1)
        .max(65535)
        .optional()
        .describe('Port that is probed; absent: the port of the backend.'),
    })
    .strict(),
  z
    .object({
      type: z.literal('tcp'),
      ...timing,
      port: z
        .number()
        .int()
        .min(1)
        .max(65535)
        .optional()
        .describe('Port that is probed; absent: the port of the backend.'),
    })
    .strict(),
  z.object({ type: z.literal('none') }).strict(),
])

export type HealthCheckConfig = z.infer<typeof healthCheckSchema>
export type HttpHealthCheck = Extract<HealthCheckConfig, { type: 'http' }>
export type TcpHealthCheck = Extract<HealthCheckConfig, { type: 'tcp' }>
