/** The whole configuration: one document, plain JSON (or the same in YAML). */
import { z } from 'zod'
import { listenerSchema } from './listener.ts'
import { duration } from './measures.ts'
import { poolSchema } from './pool.ts'
import { routeSchema } from './route.ts'

export const retentionSchema = z
  .object({
    seconds10: duration({ min: '1h', max: '14d' }).default('24h').describe('How long series of 10 s are kept.'),
    minutes1: duration({ min: '1d', max: '365d' }).default('14d').describe('How long series of 1 minute are kept.'),
    hours1: duration({ min: '7d', max: '3650d' }).default('400d').describe('How long series of 1 hour are kept.'),
    events: duration({ min: '1d', max: '3650d' })
      .default('90d')
      .describe('How long events and the audit log are kept.'),
    probes: duration({ min: '1h', max: '365d' }).default('7d').describe('How long single probe results are kept.'),
    revisions: z.number().int().min(10).max(100_000).default(1000).describe('How many revisions are kept.'),
  })
  .strict()

/** Settings of the whole process. */
export const settingsSchema = z
  .object({
    retention: retentionSchema.prefault({}).describe('How long history is kept.'),
    drain: duration({ min: '0ms', max: '24h' })
      .default('30s')
      .describe('How long a stopping process finishes what it has.'),
  })
  .strict()

const documentSchema = z
  .object({
    version: z.literal(1).default(1).describe('Version of this format.'),
    listeners: z.array(listenerSchema).max(100).default([]),
    routes: z.array(routeSchema).max(5000).default([]),
    pools: z.array(poolSchema).max(1000).default([]),
    settings: settingsSchema.prefault({}),
  })
  .strict()

type Issue = { path: (string | number)[]; message: string }

function repeated(kind: string, items: { id: string }[], path: (string | number)[]): Issue[] {
  const seen = new Set<string>()
  const issues: Issue[] = []
  items.forEach((item, index) => {
    if (seen.has(item.id))
      issues.push({ path: [...path, index, 'id'], message: `another ${kind} is already called "${item.id}"` })
    seen.add(item.id)
  })
  return issues
}

function danglingNames(config: z.infer<typeof documentSchema>): Issue[] {
  const listeners = new Set(config.listeners.map((listener) => listener.id))
  const pools = new Set(config.pools.map((pool) => pool.id))
  return config.routes.flatMap((route, index) => {
    const issues: Issue[] = []
    if (!listeners.has(route.listener))
      issues.push({ path: ['routes', index, 'listener'], message: `there is no listener "${route.listener}"` })
    if (!pools.has(route.action.pool))
      issues.push({ path: ['routes', index, 'action', 'pool'], message: `there is no pool "${route.action.pool}"` })
    return issues
  })
}

function sharedBinds(config: z.infer<typeof documentSchema>): Issue[] {
  const taken = new Map<string, string>()
  return config.listeners.flatMap((listener, index) => {
    const other = taken.get(listener.bind)
    taken.set(listener.bind, listener.id)
    if (other === undefined || listener.bind.endsWith(':0')) return []
    return [{ path: ['listeners', index, 'bind'], message: `listener "${other}" already uses ${listener.bind}` }]
  })
}

/** The configuration with every default filled in. Refuses unknown fields, repeated ids and names that lead nowhere. */
export const configSchema = documentSchema.superRefine((config, context) => {
  const issues = [
    ...repeated('listener', config.listeners, ['listeners']),
    ...repeated('route', config.routes, ['routes']),
    ...repeated('pool', config.pools, ['pools']),
    ...config.pools.flatMap((pool, index) => repeated('backend', pool.backends, ['pools', index, 'backends'])),
    ...danglingNames(config),
    ...sharedBinds(config),
  ]
  for (const issue of issues) context.addIssue({ code: 'custom', ...issue })
})

/** What was asked, complete: every default is filled in. */
export type Config = z.infer<typeof configSchema>
/** What was asked, as written: fields left out stay out, so that later defaults reach it. */
export type ConfigDocument = z.input<typeof configSchema>
export type Settings = Config['settings']
