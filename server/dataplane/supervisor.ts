/**
 * Main-thread side of the data plane: starts the workers, hands them revisions and facts, starts a dead one again while the others
 * serve on, and returns the leases it held.
 */
import type { ExchangeRecord } from '../../shared/api/records.ts'
import type { Config } from '../../shared/config/config.ts'
import { startThread } from '../threads/thread.ts'
import type { FromWorker, HostFact, LeftOut, SlotEntry, SlotFact, ToWorker, WorkerInit } from './messages.ts'
import type { ScoreboardHandle, ScoreboardReader } from './scoreboard.ts'
import { FIRST_RESTART_MS, type ListenerState, listenerState, newSeat, type Seat, workerStates } from './seats.ts'
import { within } from './within.ts'

const LONGEST_RESTART_MS = 10_000
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
  /** No thread listens any more, so whoever wants the ports may have taken them meanwhile: ask for `reopen` when that is looked into. */
  onUnheld(): void
}

export interface SupervisorOptions {
  readonly workers: number
  readonly reusePort: boolean
  readonly via: string
  /** Signs sticky cookies and debug tokens. */
  readonly secret: string
  /** Link-local and metadata addresses that may be connected to all the same. */
  readonly allowedAddresses: readonly string[]
  readonly scoreboard: ScoreboardHandle
  readonly reader: ScoreboardReader
  readonly events: SupervisorEvents
}

interface Routing {
  revision: number
  config: Config
  slots: readonly SlotEntry[]
  blocked: Blocked
}

/** Listeners that must not be opened, by id, and why: what the system says, such as EADDRINUSE. */
export type Blocked = Readonly<Record<string, string>>

export class Supervisor {
  private readonly options: SupervisorOptions
  private readonly seats: Seat[]
  private readonly facts = new Map<number, SlotFact>()
  private hosts = new Map<string, HostFact>()
  private routing: Routing | undefined
  /** Counts the times that the workers were told what to serve. */
  private order = 0
  private waiters: { done: () => boolean; resolve: () => void }[] = []
  private stopping = false
  private readonly drained = new Set<number>()
  private onDrained: (() => void) | undefined

  constructor(options: SupervisorOptions) {
    this.options = options
    this.seats = Array.from({ length: options.workers }, (_, index) => newSeat(index))
  }

  start(): void {
    for (const seat of this.seats) this.spawn(seat)
  }

  private spawn(seat: Seat): void {
    const { workers, reusePort, via, secret, allowedAddresses, scoreboard } = this.options
    const init: WorkerInit = { index: seat.index, workers, scoreboard, reusePort, via, secret, allowedAddresses }
    const worker = startThread('traffic', new URL('./worker.ts', import.meta.url), {
      workerData: init,
      name: `evenkeel-${seat.index}`,
      // http-proxy calls util._extend; there is nothing an operator could do about it.
      execArgv: ['--disable-warning=DEP0060'],
    })
    seat.worker = worker
    seat.told = 0
    seat.applied = 0
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
        this.welcome(seat)
        if (seat.restarts > 0) events.onWorkerBack(seat.index)
        break
      case 'applied':
        seat.applied = message.order
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

  /** A worker that has just come up opens what its siblings hold; where nobody holds anything, that is looked into first. */
  private welcome(seat: Seat): void {
    this.settle()
    if (this.routing === undefined) return
    if (this.seats.some((other) => other.running && other.applied > 0)) this.assign(seat, this.routing)
    else this.options.events.onUnheld()
  }

  private assign(seat: Seat, routing: Routing): void {
    if (!seat.running) return
    seat.told = this.order
    const known = { facts: [...this.facts.values()], hosts: [...this.hosts.values()] }
    this.tell(seat, { type: 'apply', order: this.order, ...routing, ...known })
  }

  /** Swaps a revision in; resolves when every running worker has it. */
  async apply(revision: number, config: Config, slots: readonly SlotEntry[], blocked: Blocked = {}): Promise<void> {
    await this.ready()
    const keep = new Set(slots.map((entry) => entry.slot))
    for (const slot of this.facts.keys()) if (!keep.has(slot)) this.facts.delete(slot)
    await this.assignAll({ revision, config, slots, blocked })
  }

  /** Opens what is not open and not blocked; resolves when every running worker has tried. */
  async reopen(blocked: Blocked): Promise<void> {
    if (this.routing !== undefined) await this.assignAll({ ...this.routing, blocked })
  }

  private assignAll(routing: Routing): Promise<void> {
    this.routing = routing
    this.order += 1
    const { order } = this
    for (const seat of this.seats) this.assign(seat, routing)
    return this.until(() => this.seats.every((seat) => !seat.running || seat.told < order || seat.applied >= order))
  }

  /** Resolves when no worker is on its way up. */
  ready(): Promise<void> {
    return this.until(() => this.seats.every((seat) => seat.worker === undefined || seat.running))
  }

  private until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push({ done, resolve })
      this.settle()
    })
  }

  private settle(): void {
    const settled = this.waiters.filter((waiter) => waiter.done())
    this.waiters = this.waiters.filter((waiter) => !settled.includes(waiter))
    for (const waiter of settled) waiter.resolve()
  }

  /** Tells every worker what has become true of these backends. */
  setFacts(facts: readonly SlotFact[]): void {
    for (const fact of facts) this.facts.set(fact.slot, fact)
    for (const seat of this.seats) this.tell(seat, { type: 'facts', facts })
  }

  /** All names of the next revision; the workers learn of them with it. */
  replaceHosts(hosts: readonly HostFact[]): void {
    this.hosts = new Map(hosts.map((fact) => [fact.host, fact]))
  }

  /** Tells every worker where these names lead now. */
  setHosts(hosts: readonly HostFact[]): void {
    for (const fact of hosts) this.hosts.set(fact.host, fact)
    for (const seat of this.seats) this.tell(seat, { type: 'hosts', hosts })
  }

  cut(slot: number): void {
    for (const seat of this.seats) this.tell(seat, { type: 'cut', slot })
  }

  workers() {
    return workerStates(this.seats)
  }

  listener(id: string): ListenerState {
    return listenerState(this.seats, id)
  }

  /** Addresses that at least one worker listens on, as the configuration writes them. */
  held(): Set<string> {
    const open = this.routing?.config.listeners.filter(({ id }) => this.listener(id).open > 0) ?? []
    return new Set(open.map((listener) => listener.bind))
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
