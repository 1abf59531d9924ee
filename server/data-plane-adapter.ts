/** Joins the worker threads to what the control plane expects of them: names become slots, "any port" becomes one port. */

import { formatHostPort, parseHostPort } from '../shared/address.ts'
import type { ListenerStatus } from '../shared/api/live.ts'
import type { Config } from '../shared/config/config.ts'
import type { DataPlane } from './control/data-plane.ts'
import type { Slots } from './control/slots.ts'
import { checkBinds, PortChooser } from './dataplane/binds.ts'
import type { ScoreboardReader } from './dataplane/scoreboard.ts'
import type { Supervisor } from './dataplane/supervisor.ts'

export interface TrafficSide extends DataPlane {
  /** How each listener of the configuration in force is doing. */
  listeners(config: Config): ListenerStatus[]
}

const bindProblems: Record<string, string> = {
  EADDRINUSE: 'the port is taken by another program: stop it, or choose another port',
  EACCES:
    'ports below 1024 need a right: run with CAP_NET_BIND_SERVICE, lower net.ipv4.ip_unprivileged_port_start, or choose a higher port',
  EADDRNOTAVAIL: 'this machine has no such address: use 0.0.0.0 for every one',
}

export interface AdapterParts {
  supervisor: Supervisor
  slots: Slots
  reader: ScoreboardReader
  /** Called once the slots of a configuration are known and before the workers get it. */
  onSlots: () => void
}

export function createTrafficSide({ supervisor, slots, reader, onSlots }: AdapterParts): TrafficSide {
  const ports = new PortChooser()
  const ofSlot = (pool: string, backend: string, read: (slot: number) => number) => {
    const slot = slots.slotOf(pool, backend)
    return slot === undefined ? 0 : read(slot)
  }
  return {
    checkBinds,
    async apply(revision, config) {
      slots.assign(config)
      onSlots()
      const entries = slots.entries().filter((entry) => entry.configured)
      await supervisor.apply(revision, await ports.settle(config), entries)
    },
    cut(pool, backend) {
      const slot = slots.slotOf(pool, backend)
      if (slot !== undefined) supervisor.cut(slot)
    },
    inFlight: (pool, backend) => ofSlot(pool, backend, (slot) => reader.inFlight(slot)),
    tunnels: (pool, backend) => ofSlot(pool, backend, (slot) => reader.tunnels(slot)),
    listeners: (config) =>
      config.listeners.map((listener) => {
        const now = supervisor.listener(listener.id)
        const at = parseHostPort(listener.bind, true)
        const code = /\bE[A-Z]{3,}\b/.exec(now.problem ?? '')?.[0] ?? ''
        return {
          id: listener.id,
          protocol: listener.protocol,
          address: formatHostPort({ host: at?.host ?? '', port: now.port || (at?.port ?? 0) }),
          condition: now.problem !== null ? 'failed' : now.known ? 'listening' : 'starting',
          problem: now.problem === null ? null : `${listener.bind}: ${bindProblems[code] ?? now.problem}`,
          connections: now.connections,
        }
      }),
  }
}
