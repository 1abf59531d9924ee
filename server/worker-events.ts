/** What the log, the event log and the page hear when a worker thread dies and comes back, or a listener cannot be opened and then can. */
import type { Logger } from 'pino'
import type { EventSink } from './control/data-plane.ts'
import type { ListenerGuardParts } from './dataplane/listener-guard.ts'
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

export function listenerEvents(
  events: EventSink,
  log: Logger,
  publishStatus: () => void,
): Pick<ListenerGuardParts, 'onFailed' | 'onOpened'> {
  return {
    onFailed(id, bind, reason) {
      log.error({ listener: id, bind }, `not listening: ${reason} It is tried again by itself.`)
      const message = `listener ${id} is not listening on ${bind}: ${reason}`
      events.record({ kind: 'listener', severity: 'error', message, detail: { listener: id, bind } })
      publishStatus()
    },
    onOpened(id, bind) {
      log.info({ listener: id, bind }, 'listening now')
      const message = `listener ${id} is listening on ${bind} now`
      events.record({ kind: 'listener', severity: 'info', message, detail: { listener: id, bind } })
      publishStatus()
    },
  }
}
