/** Which pools a change of the configuration touches, so that it can be found beside what their traffic did. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../../shared/config/config.ts'

/** Whatever of a configuration concerns one pool: the pool itself, the routes that lead to it, and their listeners. */
function partOf(config: Config, pool: string) {
  const routes = config.routes.filter((route) => route.action.pool === pool)
  const listeners = config.listeners.filter((listener) => routes.some((route) => route.listener === listener.id))
  return [config.pools.find((other) => other.id === pool), routes, listeners]
}

/** Settings that traffic can feel; how long history is kept is none. */
function felt({ retention: _, ...settings }: Config['settings']) {
  return settings
}

/** Ids of the pools, in the order of the configuration, removed ones last. A change of common settings touches all. */
export function touchedPools(before: Config, after: Config): string[] {
  const ids = [...new Set([...after.pools, ...before.pools].map((pool) => pool.id))]
  if (!isDeepStrictEqual(felt(before.settings), felt(after.settings))) return ids
  return ids.filter((id) => !isDeepStrictEqual(partOf(before, id), partOf(after, id)))
}
