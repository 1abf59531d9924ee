/**
 * Opens listeners only where nobody else listens, says what is in the way, and tries again by itself. The threads of one process share a
 * port on purpose; the kernel would let a second process of the same user share it too, so each address is tried without sharing first,
 * unless a thread of ours listens there already.
 */
import { parseHostPort } from '../../shared/address.ts'
import type { Config } from '../../shared/config/config.ts'
import { inTurn } from './bind-turn.ts'
import { PortChooser, tryBind } from './binds.ts'
import type { SlotEntry } from './messages.ts'
import type { Blocked, Supervisor } from './supervisor.ts'

export interface ListenerGuardParts {
  supervisor: Pick<Supervisor, 'apply' | 'reopen' | 'ready' | 'held' | 'listener'>
  /** Other programs that listen on an address or one that overlaps with it; empty where that cannot be seen. */
  strangers: (bind: string) => Promise<string[]>
  /** Words for what the system says about an address. */
  explain: (bind: string, problem: string) => Promise<string>
  /** A listener could not be opened, or for another reason than before. */
  onFailed: (id: string, bind: string, reason: string) => void
  /** A listener that could not be opened is open now. */
  onOpened: (id: string, bind: string) => void
}

/** A problem that only the threads see is tried again every so many times. */
const SELDOM = 10

/** Why `bind` cannot be opened without sharing; undefined when it can, or when only listeners of ours (`held`) are in the way. */
async function obstacle(
  bind: string,
  held: ReadonlySet<string>,
  strangers: (bind: string) => Promise<string[]>,
): Promise<string | undefined> {
  if (held.has(bind) && !bind.endsWith(':0')) return undefined
  const tried = await tryBind(bind)
  if (!('problem' in tried)) return undefined
  const port = parseHostPort(bind, true)?.port
  const ours = [...held].some((other) => parseHostPort(other)?.port === port)
  if (tried.problem === 'EADDRINUSE' && ours && (await strangers(bind)).length === 0) return undefined
  return tried.problem
}

/** Listeners of `config` whose address `current` does not hold yet and which cannot be opened. */
export async function checkBinds(
  config: Config,
  current: Config,
  strangers: (bind: string) => Promise<string[]>,
): Promise<{ listener: string; bind: string; problem: string }[]> {
  const held = new Set(current.listeners.map((listener) => listener.bind))
  const problems: { listener: string; bind: string; problem: string }[] = []
  for (const { id, bind } of config.listeners) {
    const problem = await obstacle(bind, held, strangers)
    if (problem !== undefined) problems.push({ listener: id, bind, problem })
  }
  return problems
}

export class ListenerGuard {
  private readonly parts: ListenerGuardParts
  private readonly ports = new PortChooser()
  private config: Config | undefined
  /** What the last look found in the way, by listener. */
  private blocked: Blocked = {}
  /** What the system said of each listener that is not open everywhere, and the words for it. */
  private readonly failed = new Map<string, { problem: string; reason: string }>()
  private tail: Promise<unknown> = Promise.resolve()
  private waiting = 0
  private ticks = 0
  private stopped = false

  constructor(parts: ListenerGuardParts) {
    this.parts = parts
  }

  /** Puts a revision in force; a listener that cannot be opened does not keep the rest of it back. */
  apply(revision: number, config: Config, slots: readonly SlotEntry[]): Promise<void> {
    return this.queued(async () => {
      const { supervisor } = this.parts
      await supervisor.ready()
      await inTurn(async () => {
        this.config = await this.ports.settle(config)
        this.blocked = await this.look(this.config)
        await supervisor.apply(revision, this.config, slots, this.blocked)
      })
      await this.tell(this.config as Config, true)
    })
  }

  /** No thread of ours has listened for a moment: looks who does now before the next one opens anything. */
  reopen(): Promise<void> {
    return this.again(true)
  }

  /** Tries what is not open. Call once a second. */
  tick(): void {
    this.ticks += 1
    if (this.waiting === 0 && this.failed.size > 0) void this.again(this.ticks % SELDOM === 0)
  }

  /** Why a listener is not open, in words; undefined when it is, or is not known yet. */
  reason(id: string): string | undefined {
    return this.failed.get(id)?.reason
  }

  /** Nothing is opened any more. */
  stop(): void {
    this.stopped = true
  }

  /** `all`: also what no look from here finds anything wrong with; the threads know more, and asking them costs a compilation. */
  private again(all: boolean): Promise<void> {
    return this.queued(async () => {
      const { config } = this
      if (config === undefined || this.stopped) return
      await inTurn(async () => {
        const before = this.blocked
        this.blocked = await this.look(config)
        const freed = Object.keys(before).some((id) => this.blocked[id] === undefined)
        if (all || freed) await this.parts.supervisor.reopen(this.blocked)
      })
      await this.tell(config, all)
    })
  }

  private async look(config: Config): Promise<Blocked> {
    const { supervisor, strangers } = this.parts
    const held = supervisor.held()
    const found = await Promise.all(
      config.listeners.map(async ({ id, bind }) => [id, await obstacle(bind, held, strangers)] as const),
    )
    return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined))
  }

  /** Says what has changed. `anew`: looks again who is in the way, which is not done every second. */
  private async tell(config: Config, anew: boolean): Promise<void> {
    const { supervisor, explain, onFailed, onOpened } = this.parts
    for (const id of this.failed.keys()) if (!config.listeners.some((one) => one.id === id)) this.failed.delete(id)
    for (const { id, bind } of config.listeners) {
      const problem = this.blocked[id] ?? supervisor.listener(id).problem
      const before = this.failed.get(id)
      if (problem === null) {
        if (this.failed.delete(id)) onOpened(id, bind)
      } else if (anew || before?.problem !== problem) {
        const reason = await explain(bind, problem)
        this.failed.set(id, { problem, reason })
        if (before?.reason !== reason) onFailed(id, bind, reason)
      }
    }
  }

  private queued(work: () => Promise<void>): Promise<void> {
    this.waiting += 1
    const result = this.tail.then(work).finally(() => {
      this.waiting -= 1
    })
    this.tail = result.catch(() => undefined)
    return result
  }
}
