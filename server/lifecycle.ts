/** The life of the application: in which order its parts start, and in which they end. */
import type { Logger } from 'pino'
import type { Status } from '../shared/api/live.ts'
import { ms } from '../shared/units.ts'
import type { AdminDoor } from './admin-door.ts'
import type { Api } from './api/parts.ts'
import type { ConfigControl } from './control/change-config.ts'
import type { EventSink } from './control/data-plane.ts'
import { type ConfigFile, defaultDocument } from './control/import-export.ts'
import type { Setup } from './control/setup.ts'
import type { TrafficSide } from './data-plane-adapter.ts'
import type { Supervisor } from './dataplane/supervisor.ts'
import { readConfigCopy } from './db/config-copy.ts'
import { ControlError } from './errors.ts'
import type { Options } from './options.ts'
import type { StorageLife } from './storage-life.ts'

/** How far the application has come. */
export interface Phase {
  stopping: boolean
  /** A configuration is in force. */
  inForce: boolean
}

export interface Started {
  admin: { host: string; port: number }
  /** Why the dashboard is not open there; it is tried again. */
  adminProblem: string | undefined
  /** Why the database cannot be used, and what goes on meanwhile. */
  storageProblem: string | undefined
  /** While nobody has an account. */
  setupToken: string | undefined
  status: Status
}

export interface App {
  /** Puts the configuration in force and opens the dashboard. */
  start(): Promise<Started>
  /** Applies the configuration file again. */
  reapply(): Promise<void>
  /** Finishes what is open, for at most the configured drain time; then everything is closed. */
  drain(): Promise<void>
  /** Closes everything at once. */
  stopNow(): Promise<void>
}

export interface LifecycleParts {
  options: Pick<Options, 'adminPassword' | 'demo'>
  /** Words for the event of a start. */
  started: string
  phase: Phase
  events: EventSink
  setup: Setup
  supervisor: Pick<Supervisor, 'start' | 'stop'>
  traffic: Pick<TrafficSide, 'stop'>
  door: AdminDoor
  file: ConfigFile | undefined
  control: ConfigControl
  status: () => Status
  demo: { start(actor: string): Promise<void>; halt(): Promise<void> }
  simulations: { close(): Promise<void> }
  monitors: { stop(): void }
  api: Pick<Api, 'close' | 'hub'>
  telemetry: { stop(): void }
  storage: StorageLife
  /** The data directory. */
  directory: string
  log: Pick<Logger, 'error' | 'warn'>
  /** Ends what happens every second. */
  endClock: () => void
  closeDatabase: () => void
}

async function putFirstInForce({ file, control, storage, directory, log }: LifecycleParts): Promise<void> {
  const given = await file?.read()
  // Where the database is new and a copy is there, the database was lost, and traffic wants what ran before.
  await control.start(given?.document ?? readConfigCopy(directory)?.document ?? defaultDocument())
  if (given === undefined || file === undefined) return
  if (control.current().revision === 1) return file.applied(given.hash)
  if (storage.problem() === undefined) await file.apply()
  else log.warn('the configuration file is not looked at while the database cannot be used; what was in force last is')
}

export function createLifecycle(parts: LifecycleParts): App {
  const { options, phase, setup, supervisor, traffic, door, control, status, demo } = parts

  async function close(drainMs: number): Promise<void> {
    if (phase.stopping) return
    phase.stopping = true
    parts.api.hub.publish('status', parts.status())
    traffic.stop()
    await Promise.all([demo.halt(), parts.simulations.close()])
    await supervisor.stop(drainMs)
    parts.endClock()
    parts.monitors.stop()
    await parts.api.close(500)
    parts.telemetry.stop()
    parts.closeDatabase()
  }

  return {
    async start() {
      if (options.adminPassword !== undefined) await setup.ensureAdmin(options.adminPassword)
      supervisor.start()
      await door.open()
      await putFirstInForce(parts)
      const storageProblem = parts.storage.problem()
      if (storageProblem !== undefined) parts.log.error(storageProblem)
      const adminProblem = door.problem()
      if (adminProblem !== undefined && !status().listeners.some(({ condition }) => condition === 'listening'))
        throw new ControlError('cannot-bind', `neither dashboard nor traffic can be served. Dashboard: ${adminProblem}`)
      phase.inForce = true
      parts.events.record({ kind: 'process', severity: 'info', message: parts.started })
      if (options.demo) await demo.start('demo')
      const setupToken = setup.needed() ? setup.newToken() : undefined
      return { admin: door.address(), adminProblem, storageProblem, setupToken, status: status() }
    },
    async reapply() {
      await parts.file?.apply(true)
    },
    drain: () => close(ms(control.current().config.settings.drain)),
    stopNow: () => close(0),
  }
}
