/** A control plane and an admin API on a real database in a temporary directory, with a data plane that only takes notes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Status } from '../../shared/api/live.ts'
import type { ExchangeRecord } from '../../shared/api/records.ts'
import type { Config, ConfigDocument } from '../../shared/config/config.ts'
import { buildApp } from '../api/app.ts'
import type { App } from '../api/fastify.ts'
import type { ApiParts } from '../api/parts.ts'
import { createStreamHub } from '../api/stream-hub.ts'
import { createAuth } from '../control/auth.ts'
import { createConfigControl } from '../control/change-config.ts'
import type { BindProblem, NewEvent } from '../control/data-plane.ts'
import { createDrains } from '../control/drain.ts'
import { createPeople } from '../control/people.ts'
import { createSetup } from '../control/setup.ts'
import { createThrottle } from '../control/throttle.ts'
import { openDatabase } from '../db/open.ts'
import { ControlError } from '../errors.ts'

export const ADMIN_TOKEN = 'environment-token-for-tests'
export const asAdmin = { authorization: `Bearer ${ADMIN_TOKEN}`, host: 'localhost' }

/** One listener, one pool of two backends. */
export function smallDocument(): ConfigDocument {
  return {
    version: 1,
    listeners: [{ id: 'web', bind: '127.0.0.1:8080' }],
    routes: [{ id: 'default', listener: 'web', action: { type: 'forward', pool: 'app' } }],
    pools: [
      {
        id: 'app',
        backends: [
          { id: 'app-1', address: '127.0.0.1:3001' },
          { id: 'app-2', address: '127.0.0.1:3002', weight: 2 },
        ],
      },
    ],
  }
}

/** A data plane that remembers what it was told; in-flight counts are set by the test. */
export class NotedDataPlane {
  readonly applied: { revision: number; config: Config }[] = []
  readonly cuts: string[] = []
  readonly flying = new Map<string, number>()
  bindProblems: BindProblem[] = []
  failApply: Error | undefined

  async checkBinds(): Promise<BindProblem[]> {
    return this.bindProblems
  }
  async apply(revision: number, config: Config): Promise<void> {
    if (this.failApply) throw this.failApply
    this.applied.push({ revision, config })
  }
  cut(pool: string, backend: string): void {
    this.cuts.push(`${pool}/${backend}`)
    this.flying.delete(`${pool}/${backend}`)
  }
  inFlight(pool: string, backend: string): number {
    return this.flying.get(`${pool}/${backend}`) ?? 0
  }
  tunnels(): number {
    return 0
  }
}

/** A clock that moves only when told to, milliseconds. */
export class HandClock {
  time = 1_000_000
  now = (): number => this.time
  advance(ms: number): void {
    this.time += ms
  }
}

/** Control plane parts on a fresh database with `document` in force (revision 1). */
export async function controlWorld(document = smallDocument()) {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-'))
  const clock = new HandClock()
  const now = () => 1_800_000_000_000 + clock.now()
  const opened = openDatabase(directory, { now: now() })
  const { db } = opened
  const dataPlane = new NotedDataPlane()
  const recorded: NewEvent[] = []
  const events = { record: (event: NewEvent) => void recorded.push(event) }
  const control = createConfigControl({ db, dataPlane, events, now })
  const drains = createDrains({ dataPlane, events, clock, now })
  control.subscribe((change) => drains.changed(change.before, change.config))
  await control.start(document)
  const throttle = createThrottle(clock)
  const auth = createAuth({ db, events, throttle, now, adminToken: ADMIN_TOKEN })
  const people = createPeople({ db, now })
  const setup = createSetup({ db, throttle, now })
  const close = () => {
    opened.close()
    rmSync(directory, { recursive: true, force: true })
  }
  return {
    directory,
    clock,
    now,
    db,
    dataPlane,
    recorded,
    events,
    control,
    drains,
    throttle,
    auth,
    people,
    setup,
    close,
  }
}

export type ControlWorld = Awaited<ReturnType<typeof controlWorld>>

export interface AdminWorld extends ControlWorld {
  app: App
  hub: ReturnType<typeof createStreamHub>
  parts: ApiParts
}

/** Adds an admin API, not listening; `change` replaces some of its parts. */
export async function adminWorld(change: Partial<ApiParts> = {}): Promise<AdminWorld> {
  const world = await controlWorld()
  const parts: ApiParts = {
    boot: 'boot1',
    version: '0.0.0',
    adminHosts: ['lb.example.com'],
    adminPath: '',
    descriptors: 8000,
    webRoot: join(world.directory, 'web'),
    control: world.control,
    drains: world.drains,
    auth: world.auth,
    people: world.people,
    setup: world.setup,
    status: () => ({ boot: 'boot1', revision: world.control.current().revision }) as Status,
    series: ({ from, to }) => ({ from, to, step: 1000, columns: [], series: [] }),
    events: () => [],
    exchanges: () => [],
    exchange: (id) => (id === 'known' ? ({ id } as ExchangeRecord) : undefined),
    exchangeReach: () => ({
      errors: { since: 1, leftOut: 0, keptMs: 1000, stored: true },
      samples: { since: 2, leftOut: 0 },
    }),
    prober: {
      probe: async (address) => ({ address, passed: true, steps: [], hint: null, suggested: null }),
      probeBackend: async (_pool, id) => ({ address: id, passed: true, steps: [], hint: null, suggested: null }),
    },
    testRequest: async ({ path }) => ({ url: path, status: 200, backend: 'app-1', tookMs: 1, detail: '' }),
    debugToken: () => ({ field: 'X-Evenkeel-Debug', value: 'token', until: 0 }),
    simulate: async () => {
      throw new ControlError('not-available', 'There is no simulator here.')
    },
    demo: { start: async () => undefined, stop: async () => undefined },
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
    readiness: () => ({ ready: true, reason: '' }),
    clock: world.clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ...change,
  }
  const hub = createStreamHub({ boot: parts.boot, clock: world.clock })
  const app = await buildApp(parts, hub, new Set(parts.adminHosts))
  const close = () => {
    hub.close()
    void app.close()
    world.close()
  }
  return { ...world, app, hub, parts, close }
}
