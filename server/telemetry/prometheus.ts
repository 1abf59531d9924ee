/** The numbers for Prometheus. Totals are read from the scoreboard on each scrape: nothing is counted twice and nothing is kept here. */
import { Counter, Gauge, type Metric, Registry } from 'prom-client'
import type { Status } from '../../shared/api/live.ts'
import { latencyMetric } from './prometheus-latency.ts'
import type { NumbersSource, SlotName } from './reader.ts'

export interface MetricsOptions {
  source: NumbersSource
  /** Names of the source's counters, in their order. */
  counters: readonly string[]
  /** Names of the source's worker gauges, in their order. */
  workerGauges: readonly string[]
  slots(): readonly SlotName[]
  status(): Status
  /** Rows of history that wait to be stored, and rows given up since the start. */
  storageRows(): { waiting: number; dropped: number }
}

type Put = (labels: Record<string, string>, value: number) => void

interface Spec {
  name: string
  help: string
  labels: readonly string[]
  fill(put: Put): void
}

const BACKEND = ['pool', 'backend'] as const
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const
const ERRORS = { ours: 'ours', aborted: 'aborted', connect: 'connectFailures' } as const

/** All metrics of the process, in a registry of their own. */
export class Metrics {
  private readonly registry = new Registry()
  private readonly probes: Counter<'pool' | 'backend' | 'outcome'>

  constructor(options: MetricsOptions) {
    for (const spec of trafficCounters(options)) this.add(Counter, spec)
    for (const spec of storageCounters(options)) this.add(Counter, spec)
    for (const spec of [...backendGauges(options), ...processGauges(options), ...workerGauges(options)])
      this.add(Gauge, spec)
    this.registry.registerMetric(latencyMetric(options) as unknown as Metric)
    this.probes = new Counter({
      name: 'evenkeel_probes_total',
      help: 'Probes of a backend by outcome: passed or failed.',
      labelNames: [...BACKEND, 'outcome'],
      registers: [this.registry],
    })
  }

  /** `Content-Type` of `text`. */
  get contentType(): string {
    return this.registry.contentType
  }

  /** The exposition, read now. */
  text(): Promise<string> {
    return this.registry.metrics()
  }

  /** Names of all metrics. */
  names(): string[] {
    return this.registry.getMetricsAsArray().map((metric) => metric.name)
  }

  countProbe(pool: string, backend: string, passed: boolean): void {
    this.probes.inc({ pool, backend, outcome: passed ? 'passed' : 'failed' })
  }

  /** The backend is gone from the configuration. */
  forgetBackend(pool: string, backend: string): void {
    for (const outcome of ['passed', 'failed']) this.probes.remove({ pool, backend, outcome })
  }

  private add(kind: typeof Counter | typeof Gauge, { name, help, labels, fill }: Spec): void {
    new kind({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      collect() {
        this.reset()
        fill((values, value) => this.inc(values, value))
      },
    })
  }
}

function trafficCounters({ source, counters, slots }: MetricsOptions): Spec[] {
  const row = new Float64Array(counters.length)
  const perSlot = (columns: Record<string, string>, label: string) => (put: Put) => {
    for (const { slot, pool, backend } of slots()) {
      source.readCounters(slot, row)
      for (const [value, column] of Object.entries(columns))
        put({ pool, backend, ...(label !== '' && { [label]: value }) }, row[counters.indexOf(column)] as number)
    }
  }
  const classes = Object.fromEntries(CLASSES.map((name) => [name, `s${name}`]))
  return [
    {
      name: 'evenkeel_requests_total',
      help: 'Answers of a backend by class of status.',
      labels: [...BACKEND, 'class'],
      fill: perSlot(classes, 'class'),
    },
    {
      name: 'evenkeel_errors_total',
      help: 'Exchanges without an answer of the backend: ours (we answered 502, 503 or 504), aborted (the client left), connect (no connection).',
      labels: [...BACKEND, 'kind'],
      fill: perSlot(ERRORS, 'kind'),
    },
    {
      name: 'evenkeel_retries_total',
      help: 'Tries on a backend that were repeated elsewhere.',
      labels: BACKEND,
      fill: perSlot({ retries: 'retries' }, ''),
    },
    {
      name: 'evenkeel_bytes_total',
      help: 'Bytes of bodies: in (from clients to the backend) and out (from the backend to clients).',
      labels: [...BACKEND, 'direction'],
      fill: perSlot({ in: 'bytesIn', out: 'bytesOut' }, 'direction'),
    },
  ]
}

function backendGauges({ source, slots, status }: MetricsOptions): Spec[] {
  return [
    {
      name: 'evenkeel_in_flight',
      help: 'Requests and tunnels in flight on a backend now.',
      labels: BACKEND,
      fill(put) {
        for (const { slot, pool, backend } of slots()) put({ pool, backend }, source.inFlight(slot))
      },
    },
    {
      name: 'evenkeel_tunnels',
      help: 'WebSockets and other tunnels among those in flight.',
      labels: BACKEND,
      fill(put) {
        for (const { slot, pool, backend } of slots()) put({ pool, backend }, source.tunnels(slot))
      },
    },
    {
      name: 'evenkeel_backend_available',
      help: '1 when a backend is healthy and takes traffic, else 0.',
      labels: BACKEND,
      fill(put) {
        for (const pool of status().pools)
          for (const { id, availability } of pool.backends)
            put({ pool: pool.id, backend: id }, availability === 'healthy' ? 1 : 0)
      },
    },
    {
      name: 'evenkeel_pool_failing_open',
      help: '1 while the panic rule sends traffic to backends that do not look well.',
      labels: ['pool'],
      fill(put) {
        for (const { id, failingOpen } of status().pools) put({ pool: id }, failingOpen ? 1 : 0)
      },
    },
  ]
}

function processGauges({ status, storageRows }: MetricsOptions): Spec[] {
  const single = (name: string, help: string, value: () => number): Spec => ({
    name,
    help,
    labels: [],
    fill: (put) => put({}, value()),
  })
  return [
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

function workerGauges({ source, workerGauges: names, status }: MetricsOptions): Spec[] {
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

function storageCounters({ storageRows, status }: MetricsOptions): Spec[] {
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
