/** The numbers for Prometheus. Totals are read from the scoreboard on each scrape: nothing is counted twice and nothing is kept here. */
import { Counter, Gauge, type Metric, Registry } from 'prom-client'
import type { Status } from '../../shared/api/live.ts'
import { latencyMetric } from './prometheus-latency.ts'
import { processGauges, SEVERITIES, type Spec, storageCounters, workerGauges } from './prometheus-process.ts'
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

const BACKEND = ['pool', 'backend'] as const
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const
const ERRORS = {
  ours: 'ours',
  aborted: 'aborted',
  client_timeout: 'clientTimeouts',
  cut: 'cut',
  connect: 'connectFailures',
} as const

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
  const perSlot = (columns: Record<string, string>, label: string) => (put: Parameters<Spec['fill']>[0]) => {
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
      help: 'Exchanges that did not end well: ours (Evenkeel answered 502, 503 or 504), aborted (the client left), client_timeout (the client read or sent nothing for too long), cut (closed by Evenkeel: stopping, backend taken out, idle tunnel), connect (no connection).',
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
      help: 'Bytes carried: in (from clients to the backend) and out (from the backend to clients).',
      labels: [...BACKEND, 'direction'],
      fill: perSlot({ in: 'bytesIn', out: 'bytesOut' }, 'direction'),
    },
  ]
}

const CONDITIONS = ['healthy', 'degraded', 'down', 'empty', 'starting'] as const

function poolGauges(status: MetricsOptions['status']): Spec[] {
  return [
    {
      name: 'evenkeel_pool_condition',
      help: '1 for the condition that a pool is in, 0 for the others: healthy, degraded, down, empty or starting.',
      labels: ['pool', 'condition'],
      fill(put) {
        for (const { id, condition } of status().pools)
          for (const other of CONDITIONS) put({ pool: id, condition: other }, other === condition ? 1 : 0)
      },
    },
    {
      name: 'evenkeel_pool_severity',
      help: 'How bad it is: 0 all is well, 1 worth knowing, 2 look at it soon, 3 traffic is being lost or is about to be.',
      labels: ['pool'],
      fill(put) {
        for (const { id, health } of status().pools) put({ pool: id }, SEVERITIES.indexOf(health.severity))
      },
    },
    {
      name: 'evenkeel_pool_backends_taking_traffic',
      help: 'Backends of a pool that take traffic now.',
      labels: ['pool'],
      fill(put) {
        for (const { id, taking } of status().pools) put({ pool: id }, taking)
      },
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
      help: '1 when a backend is healthy, else 0; one that is healthy may still get nothing, as a backup that stands by.',
      labels: BACKEND,
      fill(put) {
        for (const pool of status().pools)
          for (const { id, availability } of pool.backends)
            put({ pool: pool.id, backend: id }, availability === 'healthy' ? 1 : 0)
      },
    },
    {
      name: 'evenkeel_backend_takes_traffic',
      help: '1 when a backend is among those that new requests are given to, else 0.',
      labels: BACKEND,
      fill(put) {
        for (const pool of status().pools)
          for (const { id, leftOut } of pool.backends) put({ pool: pool.id, backend: id }, leftOut === null ? 1 : 0)
      },
    },
    ...poolGauges(status),
    {
      name: 'evenkeel_pool_failing_open',
      help: '1 while the pool fails open: traffic goes to backends that do not look well.',
      labels: ['pool'],
      fill(put) {
        for (const { id, failingOpen } of status().pools) put({ pool: id }, failingOpen ? 1 : 0)
      },
    },
  ]
}
