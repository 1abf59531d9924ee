/** Owns a thread's snapshot and listeners: applies revisions and facts, opens and closes listeners, drains. */
import { isDeepStrictEqual } from 'node:util'
import { createAddressPolicy } from '../../shared/address-policy.ts'
import type { Config } from '../../shared/config/config.ts'
import type { PoolConfig } from '../../shared/config/pool.ts'
import type { Clock, Random } from '../core/clock.ts'
import { type CompileInput, compile, compilePool } from '../core/compile.ts'
import type { Fact, ListenerSnapshot, PoolSnapshot, Snapshot } from '../core/snapshot.ts'
import { NO_SLOT } from '../core/snapshot.ts'
import { createStrategy } from '../core/strategies/registry.ts'
import type { Strategy } from '../core/strategies/strategy.ts'
import { wayOf } from '../core/ways.ts'
import type { BoundListener } from './engine.ts'
import { Hosts } from './hosts.ts'
import type { HostFact, ListenerReport, SlotFact, ToWorker, WorkerInit } from './messages.ts'
import type { Plane } from './plane.ts'
import { stickyValue } from './sticky.ts'

const UNKNOWN: Fact = Object.freeze({ health: 'unknown', ejected: false })

/** Opens a listener with the engine it names. Rejects with an error whose message says what is wrong with the address. */
export type OpenListener = (listener: ListenerSnapshot) => Promise<BoundListener>

/** A revision with all that is true when it is swapped in. */
type Revision = Omit<Extract<ToWorker, { type: 'apply' }>, 'type'>

interface Served {
  snapshot: ListenerSnapshot
  bound: BoundListener | undefined
  problem: string | null
}

export class Gateway {
  private readonly plane: Plane
  private readonly clock: Clock
  private readonly random: Random
  private readonly open: OpenListener
  private readonly secret: string
  private readonly hosts: Hosts
  /** Milliseconds from the thread's own clock to `process.hrtime`. */
  private readonly aheadMs: number
  private readonly stickyValues = new Map<string, string>()
  private readonly served = new Map<string, Served>()
  /** Listeners that a revision has removed or moved, while their last connections finish. */
  private readonly leaving = new Map<BoundListener, string>()
  private readonly facts = new Map<number, Fact>()
  private readonly strategies = new Map<string, { spec: PoolConfig['strategy']; strategy: Strategy }>()
  private slots = new Map<string, number>()
  private config: Config | undefined
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    plane: Plane,
    random: Random,
    open: OpenListener,
    { secret, allowedAddresses }: Pick<WorkerInit, 'secret' | 'allowedAddresses'>,
  ) {
    this.plane = plane
    this.clock = plane.clock
    this.random = random
    this.open = open
    this.secret = secret
    this.hosts = new Hosts(createAddressPolicy(allowedAddresses))
    this.aheadMs = Number(process.hrtime.bigint()) / 1e6 - plane.clock.now()
  }

  /**
   * Swaps in a revision, then opens and closes listeners, `blocked` ones (id and why) aside. Calls are worked off in order, and each tries
   * again what could not be opened before.
   */
  apply({ revision, config, slots, facts, hosts, blocked }: Revision): Promise<ListenerReport[]> {
    this.slots = new Map(slots.map((entry) => [`${entry.pool}/${entry.backend}`, entry.slot]))
    this.takeFacts(facts, new Set(slots.map((entry) => entry.slot)))
    this.hosts.replace(hosts)
    this.config = config
    for (const id of this.strategies.keys())
      if (!config.pools.some((pool) => pool.id === id)) this.strategies.delete(id)
    const next = compile(this.compileInput(revision, config))
    this.plane.snapshot = next
    const listening = this.turn.then(() => this.arrangeListeners(next, blocked))
    this.turn = listening.catch(() => undefined)
    return listening
  }

  /** Takes in health flips: only the pools they concern are compiled anew. */
  applyFacts(facts: readonly SlotFact[]): void {
    this.takeFacts(facts, undefined)
    const touched = new Set(facts.map((fact) => fact.slot))
    this.recompile((pool) => pool.backends.some((backend) => touched.has(backend.slot)))
  }

  /** Takes in where names lead now. */
  applyHosts(hosts: readonly HostFact[]): void {
    const before = new Set(hosts.map(({ host }) => this.hosts.of(host)))
    this.hosts.take(hosts)
    this.recompile((pool) => pool.backends.some(({ at }) => before.has(at)))
  }

  /** Lets slow start rise. Call once a second. */
  tick(): void {
    if (this.plane.snapshot.pools.some((pool) => pool.warming)) this.recompile((pool) => pool.warming)
  }

  private recompile(concerns: (pool: PoolSnapshot) => boolean): void {
    const { config } = this
    if (config === undefined) return
    const { snapshot } = this.plane
    const input = this.compileInput(snapshot.revision, config)
    const pools = snapshot.pools.map((pool, index) => {
      const poolConfig = config.pools[index]
      return poolConfig !== undefined && concerns(pool) ? compilePool(poolConfig, input) : pool
    })
    this.plane.snapshot = Object.freeze({ ...snapshot, pools: Object.freeze(pools) })
  }

  private takeFacts(facts: readonly SlotFact[], keep: ReadonlySet<number> | undefined): void {
    if (keep !== undefined) for (const slot of this.facts.keys()) if (!keep.has(slot)) this.facts.delete(slot)
    for (const { slot, health, ejected, agent, slowStart } of facts) {
      const local = slowStart && { since: slowStart.since - this.aheadMs, lengthMs: slowStart.lengthMs }
      this.facts.set(slot, { health, ejected, agent, slowStart: local })
    }
  }

  private compileInput(revision: number, config: Config): CompileInput {
    return {
      revision,
      config,
      slotOf: (pool, backend) => this.slots.get(`${pool}/${backend}`) ?? 0,
      waySlot: (listener, route) => this.slots.get(`${wayOf(listener)}/${route}`) ?? NO_SLOT,
      addressesOf: (host) => this.hosts.of(host),
      factOf: (slot) => this.facts.get(slot) ?? UNKNOWN,
      strategyOf: (pool) => this.strategyOf(pool),
      stickyValueOf: (pool, backend) => this.stickyValueOf(pool, backend),
      now: this.clock.now(),
    }
  }

  private stickyValueOf(pool: string, backend: string): string {
    const key = `${pool}/${backend}`
    let value = this.stickyValues.get(key)
    if (value === undefined) {
      value = stickyValue(this.secret, pool, backend)
      this.stickyValues.set(key, value)
    }
    return value
  }

  private strategyOf(pool: PoolConfig): Strategy {
    const known = this.strategies.get(pool.id)
    if (known !== undefined && isDeepStrictEqual(known.spec, pool.strategy)) return known.strategy
    const strategy = createStrategy(pool.strategy, {
      numbers: this.plane.board,
      clock: this.clock,
      random: this.random,
    })
    this.strategies.set(pool.id, { spec: pool.strategy, strategy })
    return strategy
  }

  private async arrangeListeners(next: Snapshot, blocked: Readonly<Record<string, string>>): Promise<ListenerReport[]> {
    for (const [id, served] of this.served) {
      const wanted = next.listeners.get(id)
      if (wanted !== undefined && sameSocket(wanted, served.snapshot)) {
        served.snapshot = wanted
        served.bound?.update(wanted)
      } else {
        this.served.delete(id)
        if (served.bound !== undefined) this.leave(id, served.bound)
      }
    }
    for (const listener of next.listeners.values()) {
      const served = this.served.get(listener.id)
      if (served?.bound !== undefined) continue
      const problem = blocked[listener.id]
      this.served.set(
        listener.id,
        problem === undefined ? await this.serve(listener) : { snapshot: listener, bound: undefined, problem },
      )
    }
    return this.reports()
  }

  private leave(id: string, bound: BoundListener): void {
    this.leaving.set(bound, id)
    void bound.drain().then(() => this.leaving.delete(bound))
  }

  private async serve(listener: ListenerSnapshot): Promise<Served> {
    try {
      return { snapshot: listener, bound: await this.open(listener), problem: null }
    } catch (error) {
      return { snapshot: listener, bound: undefined, problem: error instanceof Error ? error.message : String(error) }
    }
  }

  reports(): ListenerReport[] {
    return [...this.served].map(([id, { bound, problem }]) => ({ id, port: bound?.port ?? 0, problem }))
  }

  connections(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const [id, { bound }] of this.served) counts[id] = bound?.connections() ?? 0
    for (const [bound, id] of this.leaving) counts[id] = (counts[id] ?? 0) + bound.connections()
    return counts
  }

  private bound(): BoundListener[] {
    return [...[...this.served.values()].flatMap(({ bound }) => bound ?? []), ...this.leaving.keys()]
  }

  /** Cuts every exchange that uses this backend. */
  cut(slot: number): void {
    for (const bound of this.bound()) bound.cut(slot)
  }

  /** Stops accepting; resolves when every connection has ended, or at once after `afterMs` milliseconds by cutting what is left. */
  async drain(afterMs: number): Promise<void> {
    const all = this.bound()
    const late = setTimeout(() => {
      for (const bound of all) bound.destroy()
    }, afterMs)
    await Promise.all(all.map((bound) => bound.drain()))
    clearTimeout(late)
  }
}

function sameSocket(a: ListenerSnapshot, b: ListenerSnapshot): boolean {
  return a.host === b.host && a.port === b.port && a.engine === b.engine
}
