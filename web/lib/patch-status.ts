/** Brings a status up to date with one tick, touching only what the tick names. */
import type { BackendStatus, BackendTick, Status, Tick } from '../../shared/api/live.ts'

/** Probes a backend shows. */
const PROBES = 60

function patchBackend(backend: BackendStatus, tick: BackendTick | undefined): BackendStatus {
  if (tick === undefined) return backend.last === null ? backend : { ...backend, last: null, inFlight: 0 }
  const seen = backend.probes.at(-1)?.at ?? 0
  const fresh = tick.probes.filter((probe) => probe.at > seen)
  const probes = fresh.length === 0 ? backend.probes : [...backend.probes, ...fresh].slice(-PROBES)
  return { ...backend, last: tick.sample, inFlight: tick.inFlight, tunnels: tick.tunnels, probes }
}

/** The status after a tick. Backends that the tick leaves out had neither traffic nor news. */
export function patchStatus(status: Status, tick: Tick): Status {
  const news = new Map(tick.backends.map((one) => [`${one.pool}/${one.id}`, one]))
  return {
    ...status,
    now: Math.max(status.now, tick.t + 1000),
    revision: Math.max(status.revision, tick.revision),
    last: tick.total,
    listeners: status.listeners.map((listener) => {
      const connections = tick.connections[listener.id] ?? 0
      return connections === listener.connections ? listener : { ...listener, connections }
    }),
    pools: status.pools.map((pool) => {
      const backends = pool.backends.map((backend) => patchBackend(backend, news.get(`${pool.id}/${backend.id}`)))
      return backends.every((backend, index) => backend === pool.backends[index]) ? pool : { ...pool, backends }
    }),
  }
}
