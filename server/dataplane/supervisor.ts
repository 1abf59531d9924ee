/**
 * Main-thread side of the data plane: starts the workers, hands them revisions and facts, starts a dead one again while the others
 * serve on, and returns the leases it held.
 */
import type { Worker } from 'node:worker_threads'
import type { ExchangeRecord } from '../../shared/api/records.ts'
import type { Config } from '../../shared/config/config.ts'
import { startThread } from '../threads/thread.ts'
import type { FromWorker, LeftOut, ListenerReport, SlotEntry, SlotFact, ToWorker, WorkerInit } from './messages.ts'
import type { Shortage } from './room.ts'
import type { ScoreboardHandle, ScoreboardReader } from './scoreboard.ts'
import { within } from './within.ts'

const FIRST_RESTART_MS = 100
const LONGEST_RESTART_MS = 10_000
/** A shortage is told for so long after it was seen last, in milliseconds. */
const SHORT_MS = 30_000
/** A worker that has not stopped this long after its time is ended, in milliseconds. */
const LATE_MS = 2000
/** A worker that has run this long starts over with the shortest back-off. */
const STEADY_MS = 60_000

export interface SupervisorEvents {
  onExchanges(records: readonly ExchangeRecord[], leftOut: LeftOut): void
  onLiveFailure(slot: number, detail: string): void
  /** A worker died; `restartMs` until it is started again. */
  onWorkerDied(index: number, reason: string, restartMs: number): void
  onWorkerBack(index: number): void
  onListeners(): void
}

export interface SupervisorOptions {
  readonly workers: number
  readonly reusePort: boolean
  readonly via: string
  /** Signs sticky cookies and debug tokens. */
  readonly secret: string
  readonly scoreboard: ScoreboardHandle
  readonly reader: ScoreboardReader
  readonly events: SupervisorEvents
}

interface Routing {
  revision: number
  config: Config
  slots: readonly SlotEntry[]
}

interface Seat {
  index: number
  worker: Worker | undefined
  running: boolean
  restarts: number
  backoffMs: number
  startedAt: number
  utilization: number
  short: { of: Shortage; at: number } | undefined
  connections: Readonly<Record<string, number>>
  listeners: readonly ListenerReport[]
  applied: number
  lastError: string
  timer: NodeJS.Timeout | undefined
}

export class Supervisor {
  private readonly options: SupervisorOptions
  private readonly seats: Seat[]
  private readonly facts = new Map<number, SlotFact>()
  private routing: Routing | undefined
  private waiters: { revision: number; resolve: () => void }[] = []
  private stopping = false
  private readonly drained = new Set<number>()
  private onDrained: (() => void) | undefined

  constructor(options: SupervisorOptions) {
    this.options = options
    this.seats = Array.from({ length: options.workers }, (_, index) => ({
      index,
      worker: undefined,
      running: false,
      restarts: 0,
      backoffMs: FIRST_RESTART_MS,
      startedAt: 0,
      utilization: 0,
      short: undefined,
      connections: {},
      listeners: [],
      applied: 0,
      lastError: '',
      timer: undefined,
    }))
  }

  start(): void {
    for (const seat of this.seats) this.spawn(seat)
  }

  private spawn(seat: Seat): void {
    const { workers, reusePort, via, secret, scoreboard } = this.options
    const init: WorkerInit = { index: seat.index, workers, scoreboard, reusePort, via, secret }
    const worker = startThread('traffic', new URL('./worker.ts', import.meta.url), {
      workerData: init,
      name: `evenkeel-${seat.index}`,
      // http-proxy calls util._extend; there is nothing an operator could do about it.
      execArgv: ['--disable-warning=DEP0060'],
    })
    seat.worker = worker
    seat.startedAt = performance.now()
    worker.on('message', (message: FromWorker) => this.hear(seat, message))
    worker.on('error', (error) => {
      seat.lastError = error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    worker.on('exit', (code) => this.onExit(seat, code))
  }

  private onExit(seat: Seat, code: number): void {
    seat.worker = undefined
    seat.running = false
    seat.connections = {}
    this.options.reader.forgetWorker(seat.index)
    if (this.stopping) return this.countDrained(seat)
    if (performance.now() - seat.startedAt > STEADY_MS) seat.backoffMs = FIRST_RESTART_MS
    const restartMs = seat.backoffMs
    seat.backoffMs = Math.min(LONGEST_RESTART_MS, seat.backoffMs * 2)
    this.options.events.onWorkerDied(seat.index, seat.lastError || `exit code ${code}`, restartMs)
    seat.lastError = ''
    seat.timer = setTimeout(() => {
      seat.restarts += 1
      this.spawn(seat)
    }, restartMs)
    this.settle()
  }

  private hear(seat: Seat, message: FromWorker): void {
    const { events } = this.options
    switch (message.type) {
      case 'ready':
        seat.running = true
        if (this.routing !== undefined) this.tell(seat, this.applyMessage(this.routing))
        if (seat.restarts > 0) events.onWorkerBack(seat.index)
        break
      case 'applied':
        seat.applied = message.revision
        seat.listeners = message.listeners
        this.settle()
        events.onListeners()
        break
      case 'live-failure':
        events.onLiveFailure(message.slot, message.detail)
        break
      case 'exchanges':
        events.onExchanges(message.records, message.leftOut)
        break
      case 'pulse':
        seat.connections = message.connections
        seat.utilization = message.utilization
        if (message.shortOf !== undefined) seat.short = { of: message.shortOf, at: performance.now() }
        break
      case 'drained':
        this.countDrained(seat)
        break
    }
  }

  private tell(seat: Seat, message: ToWorker): void {
    if (seat.running) seat.worker?.postMessage(message)
  }

  private applyMessage(routing: Routing): ToWorker {
    return { type: 'apply', ...routing, facts: [...this.facts.values()] }
  }

  /** Swaps a revision in; resolves when every running worker has it. */
  apply(revision: number, config: Config, slots: readonly SlotEntry[]): Promise<void> {
    this.routing = { revision, config, slots }
    const keep = new Set(slots.map((entry) => entry.slot))
    for (const slot of this.facts.keys()) if (!keep.has(slot)) this.facts.delete(slot)
    const message = this.applyMessage(this.routing)
    for (const seat of this.seats) this.tell(seat, message)
    return new Promise((resolve) => {
      this.waiters.push({ revision, resolve })
      this.settle()
    })
  }

  private settle(): void {
    const behind = this.seats
      .filter((seat) => seat.worker !== undefined)
      .reduce((least, seat) => Math.min(least, seat.applied), Number.POSITIVE_INFINITY)
    this.waiters = this.waiters.filter((waiter) => {
      if (waiter.revision > behind) return true
      waiter.resolve()
      return false
    })
  }

  /** Tells every worker what has become true of these backends. */
  setFacts(facts: readonly SlotFact[]): void {
    for (const fact of facts) this.facts.set(fact.slot, fact)
    for (const seat of this.seats) this.tell(seat, { type: 'facts', facts })
  }

  cut(slot: number): void {
    for (const seat of this.seats) this.tell(seat, { type: 'cut', slot })
  }

  workers() {
    const since = performance.now() - SHORT_MS
    return this.seats.map(({ index, running, restarts, utilization, short }) => ({
      index,
      condition: running ? ('running' as const) : ('restarting' as const),
      restarts,
      utilization,
      shortOf: short !== undefined && short.at > since ? short.of : null,
    }))
  }

  /** Port and problem of a listener: a problem in any worker counts. */
  listener(id: string): { port: number; problem: string | null; connections: number; known: boolean } {
    const reports = this.seats.flatMap((seat) => seat.listeners.filter((report) => report.id === id))
    const connections = this.seats.reduce((sum, seat) => sum + (seat.connections[id] ?? 0), 0)
    return {
      port: reports.find((report) => report.port > 0)?.port ?? 0,
      problem: reports.find((report) => report.problem !== null)?.problem ?? null,
      connections,
      known: reports.length > 0,
    }
  }

  /** Stops accepting and finishes what is open, for at most `afterMs`; then the threads end. */
  async stop(afterMs: number): Promise<void> {
    this.stopping = true
    for (const seat of this.seats) clearTimeout(seat.timer)
    const running = this.seats.filter((seat) => seat.worker !== undefined)
    const done = new Promise<void>((resolve) => {
      this.onDrained = resolve
    })
    for (const seat of this.seats) if (seat.worker === undefined) this.drained.add(seat.index)
    for (const seat of running) seat.worker?.postMessage({ type: 'drain', afterMs } satisfies ToWorker)
    if (this.drained.size < this.seats.length) await within(afterMs + LATE_MS, done)
    await Promise.all(running.map((seat) => seat.worker?.terminate()))
  }

  private countDrained(seat: Seat): void {
    this.drained.add(seat.index)
    if (this.drained.size >= this.seats.length) this.onDrained?.()
  }
}
