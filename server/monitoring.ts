/** Joins health and outlier monitors: what they find becomes facts for the workers, words for the page, and events with evidence. */
import { parseHostPort } from '../shared/address.ts'
import type { ProbeResult } from '../shared/api/live.ts'
import type { Config } from '../shared/config/config.ts'
import type { EventSink } from './control/data-plane.ts'
import type { Slots } from './control/slots.ts'
import type { AvailabilityFact, AvailabilityFacts } from './control/status.ts'
import { agentFact, agentWords } from './core/agent-report.ts'
import type { Clock } from './core/clock.ts'
import type { SlotFact } from './dataplane/messages.ts'
import { COUNTER, counters, type ScoreboardReader } from './dataplane/scoreboard.ts'
import type { Supervisor } from './dataplane/supervisor.ts'
import { createFailingOpen } from './failing-open.ts'
import type { HostFact } from './monitors/address-book.ts'
import { createAgentMonitor } from './monitors/agent-monitor.ts'
import { createHealthMonitor, type HealthChange, type HealthFact } from './monitors/health-monitor.ts'
import { createOutlierMonitor, type OutlierChange } from './monitors/outlier-monitor.ts'
import { tellNameNews } from './name-news.ts'
import type { Names } from './names.ts'
import { Warming } from './warming.ts'

export interface MonitoringParts {
  clock: Clock
  /** Epoch milliseconds. */
  now: () => number
  reader: ScoreboardReader
  slots: Slots
  events: EventSink
  config: () => Config
  names: Pick<Names, 'book' | 'probes'>
  /** Who is told what has become true. */
  workers: Pick<Supervisor, 'setFacts' | 'setHosts'>
  onProbe(pool: string, backend: string, result: ProbeResult): void
  /** Results from before this start, newest last. */
  lastProbes(pool: string, backend: string): ProbeResult[]
  /** Something but numbers changed. */
  onChange(): void
}

export interface Monitoring {
  facts: AvailabilityFacts
  update(config: Config): void
  liveFailure(slot: number, detail: string): void
  /** These names lead elsewhere now. */
  namesChanged(facts: readonly HostFact[]): void
  probeNow(pool: string, backend: string): Promise<ProbeResult | undefined>
  /** Call once a second. */
  tick(): void
  stop(): void
}

/** What is true of a healthy backend whose agent wishes something. */
const AGENT_AVAILABILITY = { drain: 'draining', maint: 'disabled', down: 'unhealthy' } as const

interface Ejection {
  reason: string
  /** Epoch milliseconds. */
  since: number
  returnsAt: number
}

export function createMonitors(parts: MonitoringParts): Monitoring {
  const { slots, events, reader } = parts
  const ejections = new Map<string, Ejection>()
  const keyOf = (pool: string, backend: string) => `${pool}/${backend}`

  const row = new Float64Array(counters.length)
  const warming = new Warming({
    clock: { now: () => Number(process.hrtime.bigint()) / 1e6 },
    requests(pool, backend) {
      const slot = slots.slotOf(pool, backend)
      if (slot === undefined) return 0
      reader.readCounters(slot, row)
      return row[COUNTER.requests] as number
    },
  })
  const health = createHealthMonitor({
    clock: parts.clock,
    wallClock: parts.now,
    random: Math.random,
    probes: parts.names.probes,
    onChange: (change) => healthChanged(change),
    onProbe: parts.onProbe,
    lastProbes: parts.lastProbes,
    onTrouble: (pool, backend, problem) =>
      events.record({
        kind: 'availability',
        severity: 'warning',
        message: `${pool} / ${backend} cannot be probed from here: ${problem}`,
        pool,
        backend,
      }),
  })
  const agents = createAgentMonitor({
    random: Math.random,
    probes: parts.names.probes,
    onChange(pool, backend, state) {
      tell(pool, backend)
      const severity = agentFact(state).state === 'ready' ? 'info' : 'warning'
      events.record({
        kind: 'availability',
        severity,
        message: `${pool} / ${backend}: ${agentWords(state)}`,
        pool,
        backend,
      })
    },
    onTrouble: (pool, backend, problem) =>
      events.record({
        kind: 'availability',
        severity: 'warning',
        message: `the agent of ${pool} / ${backend} cannot be asked: ${problem}; what it said before stays true`,
        pool,
        backend,
      }),
  })
  const failingOpen = createFailingOpen({
    events,
    slotOf: (pool, backend) => slots.slotOf(pool, backend),
    factOf: (pool, backend) => ({
      health: known(pool, backend)?.health ?? 'unknown',
      ejected: ejections.has(keyOf(pool, backend)),
      agent: agentOf(pool, backend),
    }),
  })
  const outliers = createOutlierMonitor({
    clock: parts.clock,
    reader,
    counters,
    slotOf: (pool, backend) => slots.slotOf(pool, backend),
    healthOf: (pool, backend) => health.fact(pool, backend)?.health,
    onChange: (change) => outlierChanged(change),
  })

  /** Who is healthy by decree but has no address that may be used is not. */
  function known(pool: string, backend: string): HealthFact | undefined {
    const fact = health.fact(pool, backend)
    if (!fact?.unchecked) return fact
    const members = parts.config().pools.find((other) => other.id === pool)?.backends
    const host = parseHostPort(members?.find(({ id }) => id === backend)?.address ?? '')?.host
    const problem = host === undefined ? undefined : parts.names.book.problemOf(host)
    return problem === undefined ? fact : { ...fact, health: 'unhealthy', reason: problem }
  }

  function slotFact(pool: string, backend: string): SlotFact | undefined {
    const slot = slots.slotOf(pool, backend)
    const fact = known(pool, backend)
    if (slot === undefined || fact === undefined) return undefined
    const ejected = ejections.has(keyOf(pool, backend))
    const config = parts.config().pools.find((other) => other.id === pool)
    const member = config?.backends.find(({ id }) => id === backend)
    if (config !== undefined && member !== undefined)
      warming.set(config, backend, fact.health === 'healthy' && !ejected && member.adminState === 'active', ejected)
    return {
      slot,
      health: fact.health,
      ejected,
      slowStart: warming.startOf(pool, backend),
      agent: agentOf(pool, backend),
    }
  }

  function agentOf(pool: string, backend: string) {
    const state = agents.state(pool, backend)
    return state === undefined ? undefined : agentFact(state)
  }

  function tell(pool: string, backend: string): void {
    const fact = slotFact(pool, backend)
    if (fact !== undefined) parts.workers.setFacts([fact])
    const config = parts.config().pools.find((other) => other.id === pool)
    if (config !== undefined) failingOpen.watch(config)
    parts.onChange()
  }

  function healthChanged({ pool, backend, from, to, reason, detail }: HealthChange): void {
    if (to !== 'healthy' && ejections.delete(keyOf(pool, backend))) outliers.forget(pool, backend)
    tell(pool, backend)
    const again = to === 'healthy' && from === 'unhealthy' ? ' again' : ''
    events.record({
      kind: 'availability',
      severity: to === 'unhealthy' ? 'error' : 'info',
      message: `${pool} / ${backend} is ${to}${again}: ${reason}`,
      pool,
      backend,
      detail,
    })
  }

  function outlierChanged({ pool, backend, ejected, reason, detail, lengthMs }: OutlierChange): void {
    const key = keyOf(pool, backend)
    if (ejected) ejections.set(key, { reason, since: parts.now(), returnsAt: parts.now() + lengthMs })
    else ejections.delete(key)
    tell(pool, backend)
    const named = `${pool} / ${backend}`
    const message = ejected ? `${named} is ejected: ${reason}` : `${named} takes traffic again after its ejection`
    events.record({ kind: 'ejection', severity: ejected ? 'warning' : 'info', message, pool, backend, detail })
  }

  function inWords(fact: HealthFact, ejection: Ejection | undefined): AvailabilityFact {
    const { reason, since, probes } = fact
    const said = agents.state(fact.pool, fact.backend)
    const wish = said === undefined ? 'ready' : agentFact(said).state
    if (said !== undefined && wish !== 'ready')
      return { availability: AGENT_AVAILABILITY[wish], reason: agentWords(said), since, slowStart: 1, probes }
    if (ejection !== undefined) return { availability: 'ejected', ...ejection, slowStart: 1, probes }
    const pool = parts.config().pools.find(({ id }) => id === fact.pool)
    const slowStart = pool === undefined ? 1 : warming.factor(pool, fact.backend)
    return { availability: fact.health, reason, since, slowStart, probes, agentShare: said?.share }
  }

  return {
    facts: {
      of(pool, backend) {
        const fact = known(pool, backend)
        return fact === undefined ? undefined : inWords(fact, ejections.get(keyOf(pool, backend)))
      },
    },
    update(config) {
      health.update(config)
      warming.keep(config)
      outliers.update(config)
      agents.update(config)
      const present = new Set(
        config.pools.flatMap((pool) => pool.backends.map((backend) => keyOf(pool.id, backend.id))),
      )
      for (const key of ejections.keys()) if (!present.has(key)) ejections.delete(key)
      parts.workers.setFacts(
        config.pools.flatMap((pool) => pool.backends.flatMap((backend) => slotFact(pool.id, backend.id) ?? [])),
      )
      for (const pool of config.pools) failingOpen.watch(pool)
    },
    liveFailure(slot, detail) {
      const entry = slots.entries().find((other) => other.slot === slot)
      if (entry?.configured && entry.backend !== '') health.liveFailure(entry.pool, entry.backend, detail)
    },
    namesChanged(facts) {
      parts.workers.setHosts(facts)
      for (const { id, healthCheck, backends } of parts.config().pools)
        for (const { id: backend, address } of healthCheck.type === 'none' ? backends : [])
          if (facts.some(({ host }) => host === parseHostPort(address)?.host)) tell(id, backend)
    },
    probeNow: (pool, backend) => health.probeNow(pool, backend),
    tick() {
      outliers.tick()
      tellNameNews(events, parts.names.book.takeNews())
      warming.tick(parts.config())
    },
    stop() {
      health.stop()
      agents.stop()
      parts.names.book.close()
    },
  }
}
