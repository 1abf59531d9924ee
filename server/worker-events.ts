/** What the log, the event log and the page hear when a worker thread dies and comes back. */
import type { Logger } from 'pino'
import type { EventSink } from './control/data-plane.ts'
import type { SupervisorEvents } from './dataplane/supervisor.ts'

export function workerEvents(
  events: EventSink,
  log: Logger,
  publishStatus: () => void,
): Pick<SupervisorEvents, 'onWorkerDied' | 'onWorkerBack' | 'onListeners'> {
  return {
    onWorkerDied(index, reason, restartMs) {
      log.error({ worker: index, reason }, 'a worker died')
      const message = `worker ${index} died and starts again in ${restartMs} ms; the others serve on: ${reason.split('\n')[0]}`
      events.record({ kind: 'worker', severity: 'error', message, detail: { worker: index } })
      publishStatus()
    },
    onWorkerBack(index) {
      const message = `worker ${index} serves again`
      events.record({ kind: 'worker', severity: 'info', message, detail: { worker: index } })
      publishStatus()
    },
    onListeners: publishStatus,
  }
}
