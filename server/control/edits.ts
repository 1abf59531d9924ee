/** Pure edits of the document, one per verb of the API. Each takes a copy it may change and answers it; names that lead nowhere throw. */
import type { ConfigDocument } from '../../shared/config/config.ts'
import { ControlError } from '../errors.ts'
import { mergePatch } from './merge-patch.ts'

export type PoolDocument = NonNullable<ConfigDocument['pools']>[number]
export type BackendDocument = NonNullable<PoolDocument['backends']>[number]
export type ListenerDocument = NonNullable<ConfigDocument['listeners']>[number]
export type RouteDocument = NonNullable<ConfigDocument['routes']>[number]
export type NewBackend = Omit<BackendDocument, 'id'> & { id?: string }
export type Edit = (document: ConfigDocument) => ConfigDocument

type Section = 'pools' | 'listeners' | 'routes'
type Item<S extends Section> = NonNullable<ConfigDocument[S]>[number]
const kindOf = { pools: 'pool', listeners: 'listener', routes: 'route' } as const

function section<S extends Section>(document: ConfigDocument, name: S): Item<S>[] {
  document[name] ??= []
  return document[name] as Item<S>[]
}

function indexIn(items: { id: string }[], kind: string, id: string): number {
  const index = items.findIndex((item) => item.id === id)
  if (index < 0) throw new ControlError('not-found', `There is no ${kind} "${id}".`)
  return index
}

function refuseTaken(items: { id: string }[], kind: string, id: string) {
  if (items.some((item) => item.id === id))
    throw new ControlError('already-exists', `There is a ${kind} "${id}" already.`)
}

/** Adds a pool, listener or route at the end, or a route at `position` (0 is first). Errors: `already-exists`. */
export function addItem<S extends Section>(name: S, item: Item<S>, position?: number): Edit {
  return (document) => {
    const items = section(document, name)
    refuseTaken(items, kindOf[name], item.id)
    items.splice(position ?? items.length, 0, item)
    return document
  }
}

/** Changes one by a merge patch; renaming a pool or listener renames what refers to it. Errors: `not-found`, `already-exists`. */
export function patchItem<S extends Section>(name: S, id: string, patch: Record<string, unknown>): Edit {
  return (document) => {
    const items = section(document, name)
    const index = indexIn(items, kindOf[name], id)
    const fresh = mergePatch(items[index], patch) as Item<S>
    if (fresh.id !== id) {
      refuseTaken(items, kindOf[name], fresh.id)
      rename(document, name, id, fresh.id)
    }
    items[index] = fresh
    return document
  }
}

function rename(document: ConfigDocument, name: Section, from: string, to: string) {
  for (const route of document.routes ?? []) {
    if (name === 'listeners' && route.listener === from) route.listener = to
    if (name === 'pools' && route.action.pool === from) route.action.pool = to
  }
}

/** Removes one. Errors: `not-found`; `in-use` when routes refer to it. */
export function removeItem(name: Section, id: string): Edit {
  return (document) => {
    const items = section(document, name)
    const index = indexIn(items, kindOf[name], id)
    const users = (document.routes ?? []).filter(
      (route) => (name === 'listeners' && route.listener === id) || (name === 'pools' && route.action.pool === id),
    )
    if (users.length > 0) {
      const names = users.map((route) => `"${route.id}"`).join(', ')
      throw new ControlError(
        'in-use',
        `The ${kindOf[name]} "${id}" is used by route ${names}. Change or remove it first.`,
      )
    }
    items.splice(index, 1)
    return document
  }
}

/** Puts the routes in the order of `ids`, which must name each route once. Errors: `invalid-request`. */
export function reorderRoutes(ids: string[]): Edit {
  return (document) => {
    const routes = section(document, 'routes')
    const byId = new Map(routes.map((route) => [route.id, route]))
    const same = ids.length === routes.length && new Set(ids).size === ids.length && ids.every((id) => byId.has(id))
    if (!same)
      throw new ControlError('invalid-request', 'The order must name each route exactly once; fetch the list anew.')
    document.routes = ids.map((id) => byId.get(id) as RouteDocument)
    return document
  }
}

function poolOf(document: ConfigDocument, id: string): PoolDocument & { backends: BackendDocument[] } {
  const pools = section(document, 'pools')
  const pool = pools[indexIn(pools, 'pool', id)] as PoolDocument
  pool.backends ??= []
  return pool as PoolDocument & { backends: BackendDocument[] }
}

/** The next free name made of the pool's: after app-1 and app-7 comes app-8, so that a name is not given to another server. */
function nextId(pool: PoolDocument & { backends: BackendDocument[] }, taken: Iterable<string>): string {
  const stem = pool.id.slice(0, 56)
  const numbers = [...taken].map((id) => (id.startsWith(`${stem}-`) ? Number(id.slice(stem.length + 1)) : 0))
  const highest = Math.max(0, ...numbers.filter((number) => Number.isSafeInteger(number) && number < 1e6))
  return `${stem}-${highest + 1}`
}

/** Adds backends to a pool; those without an id get one. Errors: `not-found`, `already-exists`. */
export function addBackends(poolId: string, backends: NewBackend[], alsoTaken: readonly string[] = []): Edit {
  return (document) => {
    const pool = poolOf(document, poolId)
    const taken = new Set([...alsoTaken, ...pool.backends.map((backend) => backend.id)])
    for (const backend of backends) if (backend.id !== undefined) taken.add(backend.id)
    for (const backend of backends) {
      if (backend.id !== undefined) refuseTaken(pool.backends, `backend in pool "${poolId}" called`, backend.id)
      const id = backend.id ?? nextId(pool, taken)
      taken.add(id)
      pool.backends.push({ ...backend, id })
    }
    return document
  }
}

/** Replaces the health check of a pool as a whole: what the former one said does not go on. Errors: `not-found`. */
export function replaceHealthCheck(poolId: string, healthCheck: NonNullable<PoolDocument['healthCheck']>): Edit {
  return (document) => {
    poolOf(document, poolId).healthCheck = healthCheck
    return document
  }
}

/** Changes one backend by a merge patch. Errors: `not-found`, `already-exists`. */
export function patchBackend(poolId: string, id: string, patch: Record<string, unknown>): Edit {
  return (document) => {
    const { backends } = poolOf(document, poolId)
    const index = indexIn(backends, `backend in pool "${poolId}" called`, id)
    const fresh = mergePatch(backends[index], patch) as BackendDocument
    if (fresh.id !== id) refuseTaken(backends, `backend in pool "${poolId}" called`, fresh.id)
    backends[index] = fresh
    return document
  }
}

/** Removes one backend. Errors: `not-found`. */
export function removeBackend(poolId: string, id: string): Edit {
  return (document) => {
    const { backends } = poolOf(document, poolId)
    backends.splice(indexIn(backends, `backend in pool "${poolId}" called`, id), 1)
    return document
  }
}
