/** Joins the parts of telemetry: scoreboard → seconds → memory and SQLite → charts, events, exchanges, metrics. */

import type { Logger } from 'pino'
import type { ExchangeLogReach, ExchangesQuery } from '../shared/api/exchanges.ts'
import type { Flows } from '../shared/api/flows.ts'
import type { ConnectionsLately, ProbeResult, Recent, Sample, Status, StorageStatus, Tick } from '../shared/api/live.ts'
import type { ExchangeRecord } from '../shared/api/records.ts'
import { type Settings, settingsSchema } from '../shared/config/config.ts'
import type { ApiParts } from './api/parts.ts'
import type { Slots } from './control/slots.ts'
import type { HourNumbers } from './control/status.ts'
import { BUCKETS } from './core/histogram.ts'
import { counters, type ScoreboardReader, workerGauges } from './dataplane/scoreboard.ts'
import { createExchangeStore } from './db/exchange-store.ts'
import type { Db } from './db/handle.ts'
import { createHistory } from './db/history.ts'
import type { ProbeEntry } from './db/probes.ts'
import { WriteQueue } from './db/write-queue.ts'
import { ConnectionsMemory } from './telemetry/connections.ts'
import { EventLog } from './telemetry/event-log.ts'
import { ExchangeLog, type LeftOut } from './telemetry/exchange-log.ts'
import { FlowReader } from './telemetry/flows.ts'
import { HourPeaks } from './telemetry/hour-peaks.ts'
import { HourRefill } from './telemetry/hour-refill.ts'
import { Metrics } from './telemetry/prometheus.ts'
import { Retention } from './telemetry/retention.ts'
import { Rollup } from './telemetry/rollup.ts'
import { NOBODY } from './telemetry/sample.ts'
import { Sampler } from './telemetry/sampler.ts'
import { SecondsMemory } from './telemetry/seconds.ts'
import { SeriesReader } from './telemetry/series.ts'

export interface TelemetryInput {
  db: Db
  reader: ScoreboardReader
  workers: number
  slots: Slots
  status: () => Status
  connections: () => Record<string, number>
  log: Logger
}

export interface Telemetry {
  events: EventLog
  exchanges(records: readonly ExchangeRecord[], leftOut: LeftOut): void
  onExchanges(subscriber: (records: readonly ExchangeRecord[]) => void): void
  probe(pool: string, backend: string, result: ProbeResult): void
  lastProbes(pool: string, backend: string): ProbeResult[]
  retain(config: Settings['retention']): void
  lastSample(pool: string, backend: string): Sample | null
  /** The last 10 seconds of a backend, a pool (`backend` '') or the whole balancer (both ''). */
  recent(pool: string, backend: string): Recent
  /** The same window by listeners and routes. */
  flows(): Flows
  connectionsLately(): ConnectionsLately
  storage(): StorageStatus
  hour: HourNumbers
  /** Whether numbers of the last hour have moved noticeably since the last call. */
  hourMoved(): boolean
  /** Closes a second: call once a second. */
  tick(revision: number): Tick
  queries: Pick<ApiParts, 'series' | 'events'> & {
    exchanges(query: ExchangesQuery): ExchangeRecord[]
    exchange(id: string): ExchangeRecord | undefined
    exchangeReach(): ExchangeLogReach
  }
  metrics: ApiParts['metrics']
  /** Stores what waits. */
  stop(): void
}

const PRUNE_EVERY_TICKS = 600
/** Who looks at a page learns of moved numbers about this often. */
const HOUR_EVERY_TICKS = 10

export function createTelemetry(input: TelemetryInput): Telemetry {
  const { db, reader, slots, log } = input
  const onDefect = (error: unknown) => log.error({ err: error }, 'telemetry')
  const queue = new WriteQueue({
    db,
    onDefect,
    onChange(storage) {
      const failing = storage.condition === 'failing'
      log[failing ? 'error' : 'info'](
        { problem: storage.problem },
        failing ? 'history is not being saved' : 'history is saved again',
      )
      events.record({
        at: Date.now(),
        kind: 'storage',
        severity: failing ? 'error' : 'info',
        message: storage.problem ?? 'history is being saved again',
      })
    },
  })
  const history = createHistory({ db, queue, buckets: BUCKETS })
  const events = new EventLog({ sink: history, onDefect })
  const seconds = new SecondsMemory()
  const peaks = new HourPeaks()
  const refill = new HourRefill({ peaks, sink: history, startedAt: Date.now(), clock: performance })
  const rollup = new Rollup({
    addSeries(step, rows) {
      history.addSeries(step, rows)
      if (step === '10s') peaks.add(rows)
    },
    querySeries: history.querySeries,
  })
  const retention = new Retention(history, settingsSchema.parse({}).retention)
  const exchangeLog = new ExchangeLog({
    sink: createExchangeStore({ db, queue }),
    now: () => Date.now(),
    keptMs: () => retention.exchangesMs(),
    onDefect,
  })
  const backends = () => slots.entries().filter((entry) => entry.configured && entry.backend !== '')
  const named = () =>
    slots.entries().map(({ pool, backend, slot }) => ({ pool: pool || NOBODY, backend: backend || NOBODY, slot }))
  const series = new SeriesReader({
    seconds,
    rollup,
    sink: history,
    backends,
    keptMs: (step) => retention.keptMs(step),
  })
  const metrics = new Metrics({
    source: reader,
    counters,
    workerGauges,
    slots: named,
    status: input.status,
    storageRows: () => ({ waiting: queue.waiting(), dropped: queue.dropped() }),
  })
  let revision = 0
  const flows = new FlowReader({
    source: reader,
    counters,
    ways: () => slots.ways(),
    pools: () => slots.entries().filter(({ pool, backend, configured }) => configured && pool !== '' && backend === ''),
  })
  const sampler = new Sampler({
    flows: () => flows.flows(),
    source: reader,
    counters,
    slots: named,
    revision: () => revision,
    connections: input.connections,
    consumers: [seconds, rollup, flows],
  })
  const connections = new ConnectionsMemory()
  let probes: ProbeEntry[] = []
  let ticks = 0

  return {
    events,
    exchanges: (records, leftOut) => exchangeLog.add(records, leftOut),
    onExchanges: (subscriber) => void exchangeLog.subscribe(subscriber),
    probe(pool, backend, result) {
      probes.push({ pool, backend, result })
      metrics.countProbe(pool, backend, result.passed)
    },
    lastProbes: (pool, backend) => history.lastProbes(pool, backend, 60),
    retain: (config) => retention.set(config),
    lastSample: (pool, backend) => sampler.lastSample(pool, backend),
    recent: (pool, backend) => sampler.recent(pool, backend),
    flows: () => flows.flows(),
    connectionsLately: () => connections.lately(),
    storage: () => queue.status(),
    hour: {
      peak: (pool) => peaks.peak(pool, Date.now()),
      carried: (pool, backend) => peaks.carried(pool, backend, Date.now()),
    },
    hourMoved: () => ticks % HOUR_EVERY_TICKS === 0 && peaks.moved(Date.now()),
    tick(now) {
      revision = now
      const tick = sampler.tick(Date.now())
      connections.add(
        tick.t,
        Object.values(tick.connections).reduce((sum, open) => sum + open, 0),
      )
      const seen = probes
      probes = []
      history.addProbes(seen)
      queue.flush()
      refill.tick()
      if (ticks++ % PRUNE_EVERY_TICKS === 0) retention.prune(Date.now())
      return withProbes(tick, seen, sampler, reader, slots)
    },
    queries: {
      series: (query) => series.answer(query, Date.now()),
      events: (query) => events.list(query),
      exchanges: (query) => exchangeLog.list(query),
      exchange: (id) => exchangeLog.find(id),
      exchangeReach: () => exchangeLog.reach(),
    },
    metrics: async () => ({ contentType: metrics.contentType, body: await metrics.text() }),
    stop() {
      rollup.flush()
      history.addProbes(probes)
      queue.flush()
    },
  }
}

/** Puts the second's probe results beside the backends' numbers; a backend with probes but no traffic gets an entry too. */
function withProbes(
  tick: Tick,
  seen: readonly ProbeEntry[],
  sampler: Sampler,
  reader: ScoreboardReader,
  slots: Slots,
): Tick {
  if (seen.length === 0) return tick
  const backends = new Map(tick.backends.map((entry) => [`${entry.pool}/${entry.id}`, entry]))
  for (const { pool, backend, result } of seen) {
    const key = `${pool}/${backend}`
    const slot = slots.slotOf(pool, backend)
    const sample = sampler.lastSample(pool, backend)
    if (slot === undefined || sample === null) continue
    const entry = backends.get(key) ?? {
      pool,
      id: backend,
      sample,
      recent: sampler.recent(pool, backend),
      inFlight: reader.inFlight(slot),
      tunnels: reader.tunnels(slot),
      probes: [],
    }
    entry.probes = [...entry.probes, result]
    backends.set(key, entry)
  }
  return { ...tick, backends: [...backends.values()] }
}
