/** The whole configuration: one document, plain JSON (or the same in YAML). */
import { z } from 'zod'
import { nearest } from '../nearest.ts'
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
    exchanges: duration({ min: '1h', max: '90d' })
      .default('7d')
      .describe('How long errors and slow requests stay in the log of requests; at most 50,000.'),
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
  const taken = new Set(items.map((item) => item.id))
  const seen = new Set<string>()
  const issues: Issue[] = []
  items.forEach((item, index) => {
    if (seen.has(item.id)) {
      const free = freeName(item.id, taken)
      taken.add(free)
      const message = `another ${kind} is already called "${item.id}"; write another name, such as "${free}"`
      issues.push({ path: [...path, index, 'id'], message })
    }
    seen.add(item.id)
  })
  return issues
}

function freeName(id: string, taken: ReadonlySet<string>): string {
  let number = 2
  while (taken.has(`${id.slice(0, 56)}-${number}`)) number++
  return `${id.slice(0, 56)}-${number}`
}

/** For so many names that lead nowhere the one meant is looked for: comparing thousands with thousands would take minutes. */
const MOST_COMPARED = 20
/** Most host names over all routes: each has a list of its own in the route table. */
const MOST_HOSTS = 10_000

/** A name that leads nowhere: the one meant, or some that there are. */
function dangling(kind: string, name: string, ids: ReadonlySet<string>, compare: boolean): string {
  const there = `there is no ${kind} "${name}"`
  const meant = compare ? nearest(name, ids) : undefined
  if (meant !== undefined) return `${there}; did you mean "${meant}"?`
  if (ids.size === 0) return `${there}; add one under "${kind}s"`
  const some = [...ids].slice(0, 5).map((id) => `"${id}"`)
  return `${there}; write ${some.join(' or ')}${ids.size > 5 ? ` (or one of ${ids.size - 5} more)` : ''}, or add it`
}

function danglingNames(config: z.infer<typeof documentSchema>): Issue[] {
  const listeners = new Set(config.listeners.map((listener) => listener.id))
  const pools = new Set(config.pools.map((pool) => pool.id))
  const issues: Issue[] = []
  const note = (path: Issue['path'], kind: string, name: string, ids: ReadonlySet<string>) =>
    issues.push({ path, message: dangling(kind, name, ids, issues.length < MOST_COMPARED) })
  config.routes.forEach(({ listener, action }, index) => {
    if (!listeners.has(listener)) note(['routes', index, 'listener'], 'listener', listener, listeners)
    if (!pools.has(action.pool)) note(['routes', index, 'action', 'pool'], 'pool', action.pool, pools)
  })
  return issues
}

function tooManyHosts({ routes }: z.infer<typeof documentSchema>): Issue[] {
  const hosts = routes.reduce((sum, { match: { host } }) => sum + (Array.isArray(host) ? host.length : 1), 0)
  if (hosts <= MOST_HOSTS) return []
  return [
    {
      path: ['routes'],
      message: `${hosts} host names are too many; write at most ${MOST_HOSTS}, or *.example.com for many`,
    },
  ]
}

function sharedBinds(config: z.infer<typeof documentSchema>): Issue[] {
  const taken = new Map<string, string>()
  return config.listeners.flatMap((listener, index) => {
    const other = taken.get(listener.bind)
    taken.set(listener.bind, listener.id)
    if (other === undefined || listener.bind.endsWith(':0')) return []
    return [
      {
        path: ['listeners', index, 'bind'],
        message: `listener "${other}" already uses ${listener.bind}; write another port`,
      },
    ]
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
    ...tooManyHosts(config),
    ...sharedBinds(config),
  ]
  for (const issue of issues) context.addIssue({ code: 'custom', ...issue })
})

/** What was asked, complete: every default is filled in. */
export type Config = z.infer<typeof configSchema>
/** What was asked, as written: fields left out stay out, so that later defaults reach it. */
export type ConfigDocument = z.input<typeof configSchema>
export type Settings = Config['settings']
