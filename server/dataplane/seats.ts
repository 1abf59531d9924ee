/** What the supervisor knows of each worker, and what all of them together say of a listener. */
import type { Worker } from 'node:worker_threads'
import type { ListenerReport } from './messages.ts'
import type { Shortage } from './room.ts'

export const FIRST_RESTART_MS = 100
/** A shortage is told for so long after it was seen last, in milliseconds. */
const SHORT_MS = 30_000

export interface Seat {
  readonly index: number
  worker: Worker | undefined
  running: boolean
  restarts: number
  backoffMs: number
  startedAt: number
  utilization: number
  short: { of: Shortage; at: number } | undefined
  connections: Readonly<Record<string, number>>
  listeners: readonly ListenerReport[]
  /** The order that it was given last, and the one that it has carried out. 0: none since it was started. */
  told: number
  applied: number
  lastError: string
  timer: NodeJS.Timeout | undefined
}

export function newSeat(index: number): Seat {
  return {
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
    told: 0,
    applied: 0,
    lastError: '',
    timer: undefined,
  }
}

/** Port and problem of a listener. */
export interface ListenerState {
  port: number
  /** A problem in any worker counts. */
  problem: string | null
  /** How many workers listen. */
  open: number
  connections: number
}

export function listenerState(seats: readonly Seat[], id: string): ListenerState {
  const reports = seats.flatMap((seat) => seat.listeners.filter((report) => report.id === id))
  const connections = seats.reduce((sum, seat) => sum + (seat.connections[id] ?? 0), 0)
  return {
    port: reports.find((report) => report.port > 0)?.port ?? 0,
    problem: reports.find((report) => report.problem !== null)?.problem ?? null,
    open: seats.filter((seat) => seat.running && isOpen(seat, id)).length,
    connections,
  }
}

function isOpen(seat: Seat, id: string): boolean {
  return seat.applied > 0 && seat.listeners.some((report) => report.id === id && report.problem === null)
}

export function workerStates(seats: readonly Seat[]) {
  const since = performance.now() - SHORT_MS
  return seats.map(({ index, running, restarts, utilization, short }) => ({
    index,
    condition: running ? ('running' as const) : ('restarting' as const),
    restarts,
    utilization,
    shortOf: short !== undefined && short.at > since ? short.of : null,
  }))
}
