/** One plane and one listener in this process, built as a worker builds them, with backends given by the story. */
import type { NotRetried } from '../../../../shared/api/records.ts'
import { type Config, configSchema } from '../../../../shared/config/config.ts'
import { compile } from '../../../core/compile.ts'
import type { HostAddresses, ListenerSnapshot, PoolSnapshot, PoolTimeouts, Snapshot } from '../../../core/snapshot.ts'
import { createStrategy } from '../../../core/strategies/registry.ts'
import type { BoundListener, Failure } from '../../engine.ts'
import type { Exchange } from '../../exchange.ts'
import type { RefusedRequest } from '../../exchange-plane.ts'
import { closeAgents } from '../../http-proxy/agents.ts'
import { openHttpProxyListener } from '../../http-proxy/listener.ts'
import { nativeThread, openNativeListener } from '../../native.ts'
import { Plane } from '../../plane.ts'
import { Room } from '../../room.ts'
import { COUNTER, createScoreboard, retryWindow, ScoreboardReader, ScoreboardWriter } from '../../scoreboard.ts'
import { setAdoption } from '../../wire/accept.ts'
import type { RawBackend } from './raw-backend.ts'
import { RawClient } from './raw-client.ts'
import { until } from './until.ts'

export const variants = ['native', 'native without adoption', 'http-proxy'] as const
export type Variant = (typeof variants)[number]

export interface WorldOptions {
  /** Backends, or ports to be called dead ones. */
  readonly backends: readonly (RawBackend | number)[]
  /** Fields of the listener's configuration. */
  readonly listener?: Record<string, unknown>
  /** Fields of the pool's configuration. */
  readonly pool?: Record<string, unknown>
  /** Fields of the route's configuration. */
  readonly route?: Record<string, unknown>
  /** Fields of each backend's configuration. */
  readonly backend?: Record<string, unknown>
  /** Shorter than the configuration allows, so that stories end soon. Milliseconds. */
  readonly clientMs?: Partial<ListenerSnapshot['timeouts']>
  readonly poolMs?: Partial<PoolTimeouts>
  /** File descriptors that the process may have; default: any number. */
  readonly descriptors?: number
  /** Where every backend's host leads at the moment; absent: to itself. */
  readonly at?: () => HostAddresses
  /** Nobody is known to be healthy. */
  readonly unhealthy?: boolean
}

const SLOTS = 32
/** Rows of what came by no route, and by the one there is. */
const WAYS = { none: 2, route: 3 } as const
/** Row of the first backend in the scoreboard. */
export const FIRST = 4

export interface Reported {
  readonly status: number
  readonly outcome: string
  /** Address that the log names. */
  readonly client: string
  readonly ours: boolean
  readonly attempts: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly notRetried: NotRetried | undefined
  readonly detail: string
}

export class World {
  readonly plane: Plane
  readonly reader: ScoreboardReader
  readonly failures: Failure[] = []
  readonly room: Room
  readonly reports: Reported[] = []
  readonly refused: RefusedRequest[] = []
  readonly options: WorldOptions
  listener!: BoundListener
  private readonly variant: Variant
  private readonly clients: RawClient[] = []

  constructor(variant: Variant, options: WorldOptions) {
    this.variant = variant
    this.options = options
    const handle = createScoreboard({ slots: SLOTS, workers: 1 })
    this.reader = new ScoreboardReader(handle)
    const board = new ScoreboardWriter(handle, 0)
    this.room = new Room(1, options.descriptors ?? Number.POSITIVE_INFINITY)
    this.plane = new Plane({
      clock: { now: () => performance.now() },
      board,
      window: retryWindow(handle, 0),
      aheadMs: 0,
      random: () => 0,
      samples: () => false,
      isDebugToken: () => false,
      snapshot: Object.freeze({ revision: 0, slot: 0, listeners: new Map(), pools: [] }),
      room: this.room,
      onRefused: (request) => this.refused.push(request),
      onLiveFailure: (_, failure) => this.failures.push(failure),
      onReport: ({ request, status, outcome, ours, attempts, bytesIn, bytesOut, notRetried, detail }: Exchange) => {
        const client = request.clientAddress()
        this.reports.push({ status, outcome, client, ours, attempts, bytesIn, bytesOut, notRetried, detail })
      },
    })
    this.plane.snapshot = this.snapshot()
  }

  private config(): Config {
    const { backends, listener, pool, route, backend } = this.options
    return configSchema.parse({
      listeners: [{ id: 'web', bind: '127.0.0.1:0', ...listener }],
      routes: [{ id: 'all', listener: 'web', match: {}, action: { type: 'forward', pool: 'app' }, ...route }],
      pools: [
        {
          id: 'app',
          backends: backends.map((at, index) => ({
            id: `b${index}`,
            address: `127.0.0.1:${typeof at === 'number' ? at : at.port}`,
            ...backend,
          })),
          ...pool,
        },
      ],
    })
  }

  /** Compiles the present options anew; with the short times of the story. */
  snapshot(): Snapshot {
    const config = this.config()
    const health = this.options.unhealthy ? 'unhealthy' : 'healthy'
    const compiled = compile({
      revision: 1,
      config,
      slotOf: (pool, id) => (pool === '' ? 0 : id === '' ? 1 : FIRST + Number(id.slice(1))),
      waySlot: (_, route) => (route === '' ? WAYS.none : WAYS.route),
      stickyValueOf: (pool, id) => `${pool}-${id}`,
      now: this.plane.clock.now(),
      addressesOf: (host) => this.options.at?.() ?? { addresses: [host], problem: '' },
      factOf: () => ({ health, ejected: false }),
      strategyOf: (pool) =>
        createStrategy(pool.strategy, { numbers: this.plane.board, clock: this.plane.clock, random: () => 0 }),
    })
    const web = compiled.listeners.get('web') as ListenerSnapshot
    const app = compiled.pools[0] as PoolSnapshot
    const timeouts = { ...web.timeouts, ...this.options.clientMs }
    const poolTimeouts = { ...app.timeouts, ...this.options.poolMs }
    return Object.freeze({
      ...compiled,
      listeners: new Map([['web', { ...web, timeouts }]]),
      pools: [{ ...app, timeouts: poolTimeouts }],
    })
  }

  async open(): Promise<this> {
    setAdoption(this.variant === 'native without adoption' ? false : undefined)
    const settings = this.plane.snapshot.listeners.get('web') as ListenerSnapshot
    const openListener = this.variant === 'http-proxy' ? openHttpProxyListener : openNativeListener
    this.listener = await openListener(settings, this.plane, { reusePort: false, via: 'evenkeel' })
    return this
  }

  client(): RawClient {
    const client = new RawClient(this.listener.port)
    this.clients.push(client)
    return client
  }

  /** Leases now, over all backends. */
  leases(): number {
    let sum = 0
    for (let slot = 0; slot < SLOTS; slot++) sum += this.reader.inFlight(slot) + this.reader.tunnels(slot)
    return sum
  }

  /** A counter, summed over all backends. */
  count(counter: keyof typeof COUNTER): number {
    const row = new Float64Array(Object.keys(COUNTER).length)
    let sum = 0
    for (let slot = FIRST; slot < SLOTS; slot++) {
      this.reader.readCounters(slot, row)
      sum += row[COUNTER[counter]] as number
    }
    return sum
  }

  /** What came by no route, or by the one there is: requests, 5xx of backends, our own 5xx, our own 4xx. */
  came(by: keyof typeof WAYS): number[] {
    const row = new Float64Array(Object.keys(COUNTER).length)
    this.reader.readCounters(WAYS[by], row)
    return (['requests', 's5xx', 'ours', 's4xx'] as const).map((name) => row[COUNTER[name]] as number)
  }

  /** Nothing is under way any more: no lease, no tunnel. */
  quiet(): Promise<void> {
    return until(`leases to be zero, not ${this.leases()}`, () => this.leases() === 0)
  }

  /** Ends the story. Leases, client connections and connections to backends must all come back to zero by themselves. */
  async end(): Promise<void> {
    for (const client of this.clients) client.reset()
    await this.quiet()
    await until('client connections to be gone', () => this.listener.connections() === 0)
    await until('all places to be free', () => this.room.clients === 0)
    await this.listener.drain()
    if (this.variant === 'http-proxy') closeAgents()
    else {
      const thread = nativeThread(this.plane, 'evenkeel')
      await until('no request body to be kept', () => thread.kept.bytes === 0)
      thread.close()
    }
    for (const at of this.options.backends)
      if (typeof at !== 'number') await until('connections to backends to be gone', () => at.sockets.size === 0)
  }

  /** Breaks everything, after a story that failed. */
  async abandon(): Promise<void> {
    for (const client of this.clients) client.reset()
    this.listener?.destroy()
    for (const at of this.options.backends) if (typeof at !== 'number') await at.close()
  }
}
