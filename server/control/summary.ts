/** Says in words what changed between two configurations: "app: added app-3", "app: strategy round-robin → least-connections". */
import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../../shared/config/config.ts'
import type { PoolConfig } from '../../shared/config/pool.ts'

const MOST_LINES = 6

type Named = { id: string }
type Fields = Record<string, unknown>

function show(value: unknown): string {
  if (value === undefined || value === null) return 'none'
  if (typeof value !== 'object') return String(value)
  const { type, ...rest } = value as Fields
  if (typeof type === 'string' && Object.keys(rest).length === 0) return type
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** What differs in two objects, field by field; objects without a `type` are entered. */
function fieldChanges(before: Fields, after: Fields, skip: readonly string[] = [], prefix = ''): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !skip.includes(name))
  return names.flatMap((name) => {
    const [old, fresh] = [before[name], after[name]]
    if (isDeepStrictEqual(old, fresh)) return []
    const label = prefix + words(name)
    if (entered(old) && entered(fresh) && old.type === fresh.type)
      return fieldChanges(old, fresh, ['type'], `${label} `)
    if (entered(old) && entered(fresh) && typeof fresh.type === 'string')
      return [`${label} ${show(old.type)} → ${show(fresh.type)}`]
    return [`${label} ${show(old)} → ${show(fresh)}`]
  })
}

function entered(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `maxConnections` → `max connections`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function list(ids: string[]): string {
  return ids.length > 3 ? `${ids.slice(0, 2).join(', ')} and ${ids.length - 2} more` : ids.join(', ')
}

function compare<T extends Named>(before: readonly T[], after: readonly T[]) {
  const old = new Map(before.map((item) => [item.id, item]))
  const fresh = new Map(after.map((item) => [item.id, item]))
  return {
    added: after.filter((item) => !old.has(item.id)),
    removed: before.filter((item) => !fresh.has(item.id)),
    kept: after.flatMap((item) => {
      const other = old.get(item.id)
      return other ? [{ before: other, after: item }] : []
    }),
  }
}

function poolChanges(before: PoolConfig, after: PoolConfig): string[] {
  const { added, removed, kept } = compare(before.backends, after.backends)
  const lines: string[] = []
  if (added.length > 0) lines.push(`${after.id}: added ${list(added.map((backend) => backend.id))}`)
  if (removed.length > 0) lines.push(`${after.id}: removed ${list(removed.map((backend) => backend.id))}`)
  for (const pair of kept)
    for (const change of fieldChanges(pair.before, pair.after)) lines.push(`${after.id} / ${pair.after.id}: ${change}`)
  const own = fieldChanges(before as Fields, after as Fields, ['backends'])
  lines.push(...own.map((change) => `${after.id}: ${change}`))
  if (lines.length === 0 && !isDeepStrictEqual(before, after)) lines.push(`${after.id}: backends reordered`)
  return lines
}

function namedChanges<T extends Named>(
  kind: string,
  before: readonly T[],
  after: readonly T[],
  inside: (before: T, after: T) => string[],
): string[] {
  const { added, removed, kept } = compare(before, after)
  const lines: string[] = []
  if (added.length > 0) lines.push(`added ${kind} ${list(added.map((item) => item.id))}`)
  if (removed.length > 0) lines.push(`removed ${kind} ${list(removed.map((item) => item.id))}`)
  for (const pair of kept) lines.push(...inside(pair.before, pair.after))
  const order = (items: readonly T[]) => items.map((item) => item.id).join('\n')
  if (lines.length === 0 && order(before) !== order(after)) lines.push(`${kind}s reordered`)
  return lines
}

/** What changed, joined by "; "; at most six parts, then "and N more". "nothing in force changed" when only defaults were written out. */
export function summarise(before: Config, after: Config): string {
  const plainChanges = (kind: string) => (old: Named, fresh: Named) =>
    fieldChanges(old as unknown as Fields, fresh as unknown as Fields).map((change) => `${kind} ${fresh.id}: ${change}`)
  const lines = [
    ...namedChanges('listener', before.listeners, after.listeners, plainChanges('listener')),
    ...namedChanges('pool', before.pools, after.pools, poolChanges),
    ...namedChanges('route', before.routes, after.routes, plainChanges('route')),
    ...fieldChanges(before.settings as Fields, after.settings as Fields, [], 'settings: '),
  ]
  if (lines.length === 0) return 'nothing in force changed'
  if (lines.length <= MOST_LINES) return lines.join('; ')
  return `${lines.slice(0, MOST_LINES - 1).join('; ')}; and ${lines.length - MOST_LINES + 1} more`
}
