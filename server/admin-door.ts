/** Opens the dashboard, and goes on trying where its port is taken: traffic does not wait for it. */
import type { Logger } from 'pino'
import { formatHostPort, type HostPort } from '../shared/address.ts'
import { bindReason } from './control/bind-error.ts'
import type { EventSink } from './control/data-plane.ts'

export interface AdminDoorParts {
  at: HostPort
  listen: (host: string, port: number) => Promise<HostPort>
  events: EventSink
  log: Logger
}

export interface AdminDoor {
  /** First try. A dashboard that cannot be opened is no error: `problem` says why. */
  open(): Promise<void>
  /** Tries again where it is not open. Call once a second. */
  tick(): void
  /** Where it listens, or should. */
  address(): HostPort
  /** Why it is not open, and what to do; undefined when it is. */
  problem(): string | undefined
}

export function createAdminDoor({ at, listen, events, log }: AdminDoorParts): AdminDoor {
  const bind = formatHostPort(at)
  let address = at
  let problem: string | undefined
  let trying = false

  async function attempt(): Promise<boolean> {
    trying = true
    try {
      address = await listen(at.host, at.port)
      return true
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error
      problem ??= await bindReason(bind, code)
      return false
    } finally {
      trying = false
    }
  }

  return {
    address: () => address,
    problem: () => problem,
    async open() {
      if (await attempt()) return
      log.error(`the dashboard is not listening on ${bind}: ${problem} It is tried again by itself.`)
      const message = `the dashboard is not listening on ${bind}: ${problem}`
      events.record({ kind: 'listener', severity: 'error', message })
    },
    tick() {
      if (problem === undefined || trying) return
      void attempt().then((open) => {
        if (!open) return
        problem = undefined
        log.info(`the dashboard is listening on ${bind} now`)
        events.record({ kind: 'listener', severity: 'info', message: `the dashboard is listening on ${bind} now` })
      })
    },
  }
}
