/**
 * Composition root: builds every part by hand, in order, and joins them. The only file that knows who implements what.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Status } from '../shared/api/live.ts'
import { createAdminDoor } from './admin-door.ts'
import { createApi } from './api/app.ts'
import type { Api } from './api/parts.ts'
import { coalesce } from './coalesce.ts'
import { createAuth } from './control/auth.ts'
import { createConfigControl } from './control/change-config.ts'
import type { EventSink } from './control/data-plane.ts'
import { createDrains } from './control/drain.ts'
import { createConfigFile } from './control/import-export.ts'
import { createPeople } from './control/people.ts'
import { dataPlaneSecret } from './control/secrets.ts'
import { createSetup } from './control/setup.ts'
import { createSlots } from './control/slots.ts'
import { createStateSince } from './control/state-since.ts'
import { assembleStatus } from './control/status.ts'
import { createTestRequest } from './control/test-request.ts'
import { createThrottle } from './control/throttle.ts'
import { createTrafficSide } from './data-plane-adapter.ts'
import { newDebugToken } from './dataplane/debug-token.ts'
import { descriptorsHere } from './dataplane/room.ts'
import { createScoreboard, ScoreboardReader } from './dataplane/scoreboard.ts'
import { Supervisor } from './dataplane/supervisor.ts'
import { openStore } from './db/store.ts'
import { createDemoSwitch } from './demo-switch.ts'
import { type App, createLifecycle, type Phase } from './lifecycle.ts'
import { createMonitors } from './monitoring.ts'
import { createNames } from './names.ts'
import { type Options, setupUrl } from './options.ts'
import { createProber } from './prober.ts'
import { readiness } from './readiness.ts'
import { residentBytes } from './resident-memory.ts'
import { createSimulations } from './simulations.ts'
import { createStorageLife } from './storage-life.ts'
import { createTelemetry } from './telemetry-parts.ts'
import { watchTurningPoints } from './turning-points.ts'
import { listenerEvents, workerEvents } from './worker-events.ts'

/** Most backends at once, those that still drain included. Untouched rows cost no memory. */
const SLOTS = 8192
/** How long the row of a removed backend rests before another gets it, in milliseconds. */
const SLOT_GRACE_MS = 60_000

/** Whether several threads can share a port: Node offers it where the kernel spreads connections. */
const canSharePorts = ['linux', 'freebsd', 'aix', 'sunos'].includes(process.platform)

/** Builds the application. Throws `DatabaseProblem` when the database cannot be used. */
export function createApp(options: Options, log: Logger, version: string): App {
  const boot = randomBytes(6).toString('hex')
  const startedAt = Date.now()
  const clock = { now: () => performance.now() }
  const now = () => Date.now()
  const store = openStore(options.data, { now: startedAt, configured: options.config !== undefined })
  const { db } = store
  const phase: Phase = { stopping: false, inForce: false }
  /** At most ten a second, however many backends flip at once. */
  const publishStatus = coalesce(100, () => {
    if (!phase.stopping) api.hub.publish('status', status())
  })

  const workers = canSharePorts ? options.workers : 1
  if (workers < options.workers) log.warn('threads cannot share a port on this platform: one worker runs')
  const scoreboard = createScoreboard({ slots: SLOTS, workers })
  const reader = new ScoreboardReader(scoreboard)
  const slots = createSlots({
    capacity: SLOTS,
    graceMs: SLOT_GRACE_MS,
    clock,
    inFlight: (slot) => reader.inFlight(slot),
    onFree: (slot) => reader.clear(slot),
  })

  const telemetry = createTelemetry({
    db,
    reader,
    workers,
    slots,
    status: () => status(),
    log,
    connections: () => traffic.connections(control.current().config),
  })
  const events: EventSink = { record: (event) => void telemetry.events.record({ at: now(), ...event }) }
  const secret = dataPlaneSecret(db)
  const supervisor = new Supervisor({
    workers,
    reusePort: canSharePorts,
    via: 'evenkeel',
    secret,
    allowedAddresses: options.allowedAddresses,
    scoreboard,
    reader,
    events: {
      onExchanges: (records, leftOut) => telemetry.exchanges(records, leftOut),
      onLiveFailure: (slot, detail) => monitors.liveFailure(slot, detail),
      onUnheld: () => traffic.reopen(),
      ...workerEvents(events, log, publishStatus),
    },
  })
  const names = createNames(options, (facts) => monitors.namesChanged(facts))
  const traffic = createTrafficSide({
    supervisor,
    slots,
    reader,
    names,
    listenerEvents: listenerEvents(events, log, publishStatus),
  })
  const drains = createDrains({ dataPlane: traffic, events, clock, now })
  const control = createConfigControl({ db, dataPlane: traffic, events, now, check: slots.check, policy: names.policy })
  const stateSince = createStateSince({ control, now })
  const monitors = createMonitors({
    clock,
    now,
    reader,
    slots,
    events,
    names,
    workers: supervisor,
    onProbe: (pool, backend, result) => telemetry.probe(pool, backend, result),
    lastProbes: (pool, backend) => telemetry.lastProbes(pool, backend),
    onChange: () => publishStatus(),
    config: () => control.current().config,
  })
  control.subscribe((change) => {
    monitors.update(change.config)
    drains.changed(change.before, change.config)
    telemetry.retain(change.config.settings.retention)
    publishStatus()
  })

  function status(): Status {
    const { revision, config } = control.current()
    return assembleStatus({
      boot,
      version,
      now: now(),
      startedAt,
      revision,
      config,
      draining: phase.stopping,
      facts: monitors.facts,
      numbers: {
        inFlight: traffic.inFlight,
        tunnels: traffic.tunnels,
        last: (pool, backend) => telemetry.lastSample(pool, backend),
        recent: telemetry.recent,
      },
      hour: telemetry.hour,
      drainOf: (pool, backend) => drains.statusOf(pool, backend),
      stateSince: stateSince.of,
      removed: drains.removed(),
      listeners: traffic.listeners(config),
      names: names.book.troubles(),
      workers: supervisor.workers(),
      storage: telemetry.storage(),
      total: telemetry.lastSample('', ''),
      recent: telemetry.recent('', ''),
      flows: telemetry.flows(),
      connectionsLately: telemetry.connectionsLately(),
      memoryBytes: residentBytes(),
      demo: demo.running(),
    })
  }

  const throttle = createThrottle(clock)
  const auth = createAuth({ db, events, throttle, now, adminToken: options.adminToken })
  const setup = createSetup({ db, throttle, now })
  const demo = createDemoSwitch({ control, listeners: () => traffic.listeners(control.current().config) })
  const simulations = createSimulations({ control, facts: monitors.facts, queries: telemetry.queries, workers })
  const api: Api = createApi({
    boot,
    version,
    adminHosts: options.adminHosts,
    adminPath: options.adminPath,
    descriptors: descriptorsHere(),
    webRoot: join(import.meta.dirname, '..', 'dist', 'web'),
    control,
    drains,
    auth,
    people: createPeople({ db, now }),
    setup,
    status,
    ...telemetry.queries,
    prober: createProber({ control, probes: names.probes, probeNow: monitors.probeNow }),
    testRequest: createTestRequest({
      addressOf: (id) => traffic.addressOf(control.current().config, id),
      backendOf: (id) => telemetry.queries.exchange(id)?.backend,
      debugToken: () => newDebugToken(secret, now()).value,
      now: clock.now,
    }),
    debugToken: () => newDebugToken(secret, now()),
    simulate: simulations.simulate,
    demo,
    metrics: telemetry.metrics,
    readiness: () => readiness({ ...phase, listeners: traffic.listeners(control.current().config) }),
    clock,
    log,
  })
  telemetry.events.subscribe((event) => api.hub.publish('event', event))
  telemetry.onExchanges((records) => {
    if (api.hub.wantsExchanges()) api.hub.publish('exchange', records)
  })

  const file = options.config === undefined ? undefined : createConfigFile({ file: options.config, control, db })
  const storage = createStorageLife({
    store,
    directory: options.data,
    control,
    file,
    setup,
    secret,
    events,
    log,
    now,
    onSetupNeeded: () =>
      log.warn(`nobody has an account: open ${setupUrl(door.address(), setup.newToken(), options.adminPath)}`),
  })
  const door = createAdminDoor({ at: options.admin, listen: api.listen, events, log })
  const turned = watchTurningPoints({ control, monitors, telemetry, supervisor })
  const second = setInterval(() => {
    slots.tick()
    traffic.tick()
    door.tick()
    storage.tick()
    monitors.tick()
    const tick = telemetry.tick(control.current().revision)
    // Each of them keeps count, so none may be left out.
    if ([drains.tick(), telemetry.hourMoved(), turned()].some(Boolean)) publishStatus()
    api.hub.publish('tick', tick)
  }, 1000)

  return createLifecycle({
    options,
    started: `started version ${version} with ${workers} worker${workers > 1 ? 's' : ''}`,
    phase,
    events,
    setup,
    supervisor,
    traffic,
    door,
    file,
    control,
    status,
    demo,
    simulations,
    monitors,
    api,
    telemetry,
    endClock: () => clearInterval(second),
    storage,
    log,
    directory: options.data,
    closeDatabase: () => store.close(),
  })
}
