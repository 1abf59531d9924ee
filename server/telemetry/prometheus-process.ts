/** What the process itself says to Prometheus: its worker threads, its storage, its revision. */
import type { Health, Status } from '../../shared/api/live.ts'
import type { NumbersSource } from './reader.ts'

/** Takes one value of a metric; values with the same labels add up. */
type Put = (labels: Record<string, string>, value: number) => void

/** A metric that is read on each scrape. */
export interface Spec {
  name: string
  help: string
  labels: readonly string[]
  fill(put: Put): void
}

/** From well to bad: a metric tells the place. */
export const SEVERITIES: readonly Health['severity'][] = ['ok', 'notice', 'warning', 'error']

interface ProcessOptions {
  source: NumbersSource
  workerGauges: readonly string[]
  status(): Status
  storageRows(): { waiting: number; dropped: number }
}

export function processGauges({ status, storageRows }: ProcessOptions): Spec[] {
  const single = (name: string, help: string, value: () => number): Spec => ({
    name,
    help,
    labels: [],
    fill: (put) => put({}, value()),
  })
  return [
    single(
      'evenkeel_severity',
      'How the balancer is as a whole: 0 all is well, 1 worth knowing, 2 look at it soon, 3 traffic is being lost or is about to be.',
      () => SEVERITIES.indexOf(status().health.severity),
    ),
    single('evenkeel_revision', 'Revision of the configuration in force.', () => status().revision),
    single(
      'evenkeel_start_time_seconds',
      'Start of the process, in seconds since 1970.',
      () => status().startedAt / 1000,
    ),
    single('evenkeel_memory_bytes', 'Resident memory of the process.', () => status().memoryBytes),
    single('evenkeel_storage_ok', '1 while history can be saved, else 0.', () =>
      status().storage.condition === 'ok' ? 1 : 0,
    ),
    single('evenkeel_storage_bytes', 'Bytes the database takes on the disk.', () => status().storage.bytes),
    single(
      'evenkeel_storage_waiting_rows',
      'Rows of history in memory, waiting to be saved.',
      () => storageRows().waiting,
    ),
    single(
      'evenkeel_workers_running',
      'Worker threads that serve traffic.',
      () => status().workers.filter(({ condition }) => condition === 'running').length,
    ),
    {
      name: 'evenkeel_connections',
      help: 'Client connections of a listener now.',
      labels: ['listener'],
      fill(put) {
        for (const { id, connections } of status().listeners) put({ listener: id }, connections)
      },
    },
    {
      name: 'evenkeel_build_info',
      help: 'Always 1; the label says which version runs.',
      labels: ['version'],
      fill: (put) => put({ version: status().version }, 1),
    },
  ]
}

export function workerGauges({ source, workerGauges: names, status }: ProcessOptions): Spec[] {
  const perWorker = (name: string, help: string, gauge: string, scale: number): Spec => ({
    name,
    help,
    labels: ['worker'],
    fill(put) {
      for (const { index } of status().workers)
        put({ worker: String(index) }, source.gauge(index, names.indexOf(gauge)) * scale)
    },
  })
  return [
    perWorker('evenkeel_worker_connections', 'Client connections of a worker thread now.', 'connections', 1),
    perWorker(
      'evenkeel_worker_utilization',
      'Share of the last second in which a worker thread was busy, 0 to 1 (event-loop utilization).',
      'utilization',
      1,
    ),
    perWorker('evenkeel_worker_lag_seconds', 'How late timers of a worker thread are.', 'lagMs', 0.001),
  ]
}

export function storageCounters({ storageRows, status }: ProcessOptions): Spec[] {
  return [
    {
      name: 'evenkeel_storage_dropped_rows_total',
      help: 'Rows of history given up because they could not be saved for too long.',
      labels: [],
      fill: (put) => put({}, storageRows().dropped),
    },
    {
      name: 'evenkeel_worker_restarts_total',
      help: 'How often a worker thread had to be started again.',
      labels: ['worker'],
      fill(put) {
        for (const { index, restarts } of status().workers) put({ worker: String(index) }, restarts)
      },
    },
  ]
}
