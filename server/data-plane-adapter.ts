/** Joins the worker threads to what the control plane expects of them: names become slots, "any port" becomes one port. */

import { formatHostPort, parseHostPort } from '../shared/address.ts'
import type { ListenerStatus } from '../shared/api/live.ts'
import type { Config } from '../shared/config/config.ts'
import { bindReason } from './control/bind-error.ts'
import type { DataPlane } from './control/data-plane.ts'
import { portHolders } from './control/port-holder.ts'
import type { Slots } from './control/slots.ts'
import { wayOf } from './core/ways.ts'
import { checkBinds, ListenerGuard, type ListenerGuardParts } from './dataplane/listener-guard.ts'
import type { ScoreboardReader } from './dataplane/scoreboard.ts'
import type { Supervisor } from './dataplane/supervisor.ts'
import type { Names } from './names.ts'

export interface TrafficSide extends DataPlane {
  /** How each listener of the configuration in force is doing. */
  listeners(config: Config): ListenerStatus[]
  /** Client connections of each listener by id. */
  connections(config: Config): Record<string, number>
  /** `host:port` of a listener, or of the first one. */
  addressOf(config: Config, listener: string | undefined): string | undefined
  /** Tries what is not listening. Call once a second. */
  tick(): void
  /** No thread listens any more: looks who does now, and opens what is free. */
  reopen(): void
  /** Opens nothing any more. */
  stop(): void
}

export interface AdapterParts {
  supervisor: Supervisor
  slots: Slots
  reader: ScoreboardReader
  names: Pick<Names, 'resolve' | 'facts'>
  listenerEvents: Pick<ListenerGuardParts, 'onFailed' | 'onOpened'>
}

/** Other programs that listen on an address. */
const strangersOn = async (bind: string) => (await portHolders(bind)).others

export function createTrafficSide({ supervisor, slots, reader, names, listenerEvents }: AdapterParts): TrafficSide {
  const guard = new ListenerGuard({ supervisor, strangers: strangersOn, explain: bindReason, ...listenerEvents })
  const ofSlot = (pool: string, backend: string, read: (slot: number) => number) => {
    const slot = slots.slotOf(pool, backend)
    return slot === undefined ? 0 : read(slot)
  }
  const listeners = (config: Config): ListenerStatus[] =>
    config.listeners.map((listener) => {
      const now = supervisor.listener(listener.id)
      const at = parseHostPort(listener.bind, true)
      const reason = guard.reason(listener.id) ?? now.problem
      const failed = now.open === 0 && reason !== null
      return {
        id: listener.id,
        protocol: listener.protocol,
        address: formatHostPort({ host: at?.host ?? '', port: now.port || (at?.port ?? 0) }),
        condition: failed ? 'failed' : now.open > 0 ? 'listening' : 'starting',
        problem: reason === null ? null : `${reason} It is tried again by itself.`,
        connections: now.connections,
      }
    })
  return {
    checkBinds: (config, current) => checkBinds(config, current, strangersOn),
    async apply(revision, config) {
      slots.assign(config)
      await names.resolve(config)
      supervisor.replaceHosts(names.facts())
      const entries = slots.entries().filter((entry) => entry.configured)
      const ways = slots.ways().map(({ listener, route, slot }) => ({ pool: wayOf(listener), backend: route, slot }))
      await guard.apply(revision, config, [...entries, ...ways])
    },
    tick: () => guard.tick(),
    reopen: () => void guard.reopen(),
    stop: () => guard.stop(),
    cut(pool, backend) {
      const slot = slots.slotOf(pool, backend)
      if (slot !== undefined) supervisor.cut(slot)
    },
    inFlight: (pool, backend) => ofSlot(pool, backend, (slot) => reader.inFlight(slot)),
    tunnels: (pool, backend) => ofSlot(pool, backend, (slot) => reader.tunnels(slot)),
    listeners,
    connections: (config) => Object.fromEntries(listeners(config).map(({ id, connections }) => [id, connections])),
    addressOf: (config, wanted) => listeners(config).find(({ id }) => wanted === undefined || id === wanted)?.address,
  }
}
