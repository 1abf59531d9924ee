/** Listeners: addresses that clients connect to. */
import { z } from 'zod'
import { duration, size } from './measures.ts'
import { addressRange, bind, id } from './names.ts'

/** How the listener's traffic is carried. */
export const engineSchema = z
  .enum(['native', 'http-proxy'])
  .describe('What carries the traffic: our own engine, or the http-proxy library (slower; kept for comparison).')

/** Time limits towards the client. */
export const clientTimeoutsSchema = z
  .object({
    head: duration({ min: '100ms', max: '5m' })
      .default('10s')
      .describe('Longest time for a request head to arrive; then 408.'),
    idle: duration({ min: '1s', max: '1h' }).default('75s').describe('How long an idle keep-alive connection is kept.'),
    body: duration({ min: '1s', max: '1h' })
      .default('60s')
      .describe('Longest pause while a request body arrives; then 408.'),
    write: duration({ min: '1s', max: '1h' })
      .default('60s')
      .describe('Longest time a client may refuse to read; then it is cut.'),
  })
  .strict()

/** Size limits towards the client. */
export const clientLimitsSchema = z
  .object({
    head: size({ min: '1KiB', max: '1MiB' }).default('64KiB').describe('Largest request head; then 431.'),
    fields: z.number().int().min(10).max(1000).default(100).describe('Most header fields in a request; then 431.'),
    target: size({ min: '256B', max: '64KiB' }).default('8KiB').describe('Longest request target; then 414.'),
    connections: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(20_000)
      .describe('Most client connections at once; the oldest idle one is closed first.'),
    connectionsPerAddress: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe('Most connections of one client address at once; 0 is no limit.'),
  })
  .strict()

export const listenerSchema = z
  .object({
    id: id.describe('Name of the listener, unique.'),
    protocol: z.enum(['http']).default('http').describe('What clients speak.'),
    bind: bind.describe('Address and port to listen on; 0.0.0.0 is every IPv4 address of the machine.'),
    engine: engineSchema.default('native'),
    timeouts: clientTimeoutsSchema.prefault({}).describe('Time limits towards the client.'),
    limits: clientLimitsSchema.prefault({}).describe('Size limits towards the client.'),
    trustedProxies: z
      .array(addressRange)
      .max(256)
      .default([])
      .describe(
        'Addresses or CIDR ranges whose X-Forwarded-* fields are believed, or Forwarded where there are none; those of anybody else are replaced.',
      ),
    via: z
      .boolean()
      .default(false)
      .describe(
        'Adds Via to requests towards backends. Many servers, nginx among them, do not compress answers to requests that carry it.',
      ),
  })
  .strict()

export type Engine = z.infer<typeof engineSchema>
export type ListenerConfig = z.infer<typeof listenerSchema>
