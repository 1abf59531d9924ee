/** Front door of a worker thread: builds the thread's parts, takes messages, tells how it is doing. */
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import type { ListenerSnapshot, Snapshot } from '../core/snapshot.ts'
import { isDebugToken } from './debug-token.ts'
import type { BoundListener } from './engine.ts'
import { Gateway } from './gateway.ts'
import type { FromWorker, ToWorker, WorkerInit } from './messages.ts'
import { openNativeListener } from './native.ts'
import { Plane } from './plane.ts'
import { Reporter } from './reporter.ts'
import { Room } from './room.ts'
import { SampleBudget } from './sample-budget.ts'
import { GAUGE, retryWindow, ScoreboardWriter } from './scoreboard.ts'
import { turnClock as clock } from './turn-clock.ts'

/** How often records are handed over, in milliseconds. */
const FLUSH_MS = 200
/** Ordinary exchanges kept per second over all threads. */
const SAMPLES_PER_SECOND = 200
/** Slower exchanges are always kept, in milliseconds. */
const SLOW_MS = 1000

const init = workerData as WorkerInit
const port = parentPort
if (port === null) throw new Error('worker.ts runs in a worker thread only')
const send = (message: FromWorker) => port.postMessage(message)

const board = new ScoreboardWriter(init.scoreboard, init.index)
const reporter = new Reporter(send, {
  slowMs: SLOW_MS,
  wallClock: () => Date.now(),
  numbers: board,
})
const budget = new SampleBudget(Math.max(1, Math.floor(SAMPLES_PER_SECOND / init.workers)))
const nothing: Snapshot = Object.freeze({ revision: 0, slot: 0, listeners: new Map(), pools: [] })
const room = new Room(init.workers)
const plane = new Plane({
  clock,
  board,
  window: retryWindow(init.scoreboard, init.index),
  aheadMs: Number(process.hrtime.bigint()) / 1e6 - clock.now(),
  random: Math.random,
  snapshot: nothing,
  samples: () => budget.take(clock.now()),
  isDebugToken: (token) => isDebugToken(init.secret, token, Date.now()),
  onLiveFailure: (backend, failure) => reporter.liveFailure(backend, failure, clock.now()),
  onReport: (exchange) => reporter.exchange(exchange, clock.now()),
  room,
  onRefused: (request) => reporter.refused(request),
})
const options = { reusePort: init.reusePort, via: init.via }
async function openListener(listener: ListenerSnapshot): Promise<BoundListener> {
  if (listener.engine === 'native') return openNativeListener(listener, plane, options)
  // Loaded by those who use it: it brings node:http and the library with it.
  const { openHttpProxyListener } = await import('./http-proxy/listener.ts')
  return openHttpProxyListener(listener, plane, options)
}
const gateway = new Gateway(plane, Math.random, openListener, init)

setInterval(() => reporter.flush(), FLUSH_MS)
let before = performance.eventLoopUtilization()
let dueAt = performance.now() + 1000
setInterval(() => {
  reporter.nextSecond()
  gateway.tick()
  const now = performance.eventLoopUtilization()
  const { utilization } = performance.eventLoopUtilization(now, before)
  before = now
  const connections = gateway.connections()
  board.gauge(
    GAUGE.connections,
    Object.values(connections).reduce((sum, count) => sum + count, 0),
  )
  board.gauge(GAUGE.utilization, utilization)
  board.gauge(GAUGE.lagMs, Math.max(0, performance.now() - dueAt))
  dueAt = performance.now() + 1000
  send({ type: 'pulse', connections, utilization, shortOf: room.takeShortage() })
}, 1000)

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'apply':
      void gateway.apply(message).then((listeners) => send({ type: 'applied', order: message.order, listeners }))
      break
    case 'facts':
      gateway.applyFacts(message.facts)
      break
    case 'hosts':
      gateway.applyHosts(message.hosts)
      break
    case 'cut':
      gateway.cut(message.slot)
      break
    case 'drain':
      void gateway.drain(message.afterMs).then(() => {
        reporter.flush()
        send({ type: 'drained' })
      })
      break
  }
})
send({ type: 'ready' })
