/** The life of the application: in which order its parts start, and in which they end. */
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
import { ControlError } from './errors.ts'
import type { Options } from './options.ts'

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
  /** Ends what happens every second. */
  endClock: () => void
  closeDatabase: () => void
}

async function putFirstInForce({ file, control }: LifecycleParts): Promise<void> {
  const given = await file?.read()
  await control.start(given?.document ?? defaultDocument())
  if (given === undefined || file === undefined) return
  if (control.current().revision === 1) file.applied(given.hash)
  else await file.apply()
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
      const adminProblem = door.problem()
      if (adminProblem !== undefined && !status().listeners.some(({ condition }) => condition === 'listening'))
        throw new ControlError('cannot-bind', `neither dashboard nor traffic can be served. Dashboard: ${adminProblem}`)
      phase.inForce = true
      parts.events.record({ kind: 'process', severity: 'info', message: parts.started })
      if (options.demo) await demo.start('demo')
      const setupToken = setup.needed() ? setup.newToken() : undefined
      return { admin: door.address(), adminProblem, setupToken, status: status() }
    },
    async reapply() {
      await parts.file?.apply(true)
    },
    drain: () => close(ms(control.current().config.settings.drain)),
    stopNow: () => close(0),
  }
}
