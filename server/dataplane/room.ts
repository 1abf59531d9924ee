/**
 * Room for connections in a thread. Every exchange needs two descriptors, one for its client and one for its backend; if clients were let in
 * until none is left, nobody could be served. So a thread lets in as many as it can also find backends for, and tells when that is too few.
 */
import { readFileSync } from 'node:fs'

/** Descriptors of a process for everything but traffic: database, dashboard, listening sockets, probes. Half of them, where there are few. */
const RESERVED = 200
/** A connection this young most likely has its first request on the way: it is not closed for another newcomer. Milliseconds. */
export const NEWCOMER_MS = 250
/** What there is too little of. */
export type Shortage = 'descriptors' | 'connections'

/** Descriptors that a process with these limits (`/proc/self/limits`) may have; Infinity when it does not say. */
export function descriptorsOf(limits: string): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
}

/** Descriptors that this process may have; Infinity where that cannot be told. */
export function descriptorsHere(): number {
  try {
    return descriptorsOf(readFileSync('/proc/self/limits', 'latin1'))
  } catch {
    // No such file on this system: what the listeners' own limits allow has to do.
    return Number.POSITIVE_INFINITY
  }
}

/** How many clients one of `workers` threads may have at once, so that each can have a backend too. */
export function mostClients(descriptors: number, workers: number): number {
  return Math.max(8, Math.floor((descriptors - Math.min(RESERVED, descriptors / 2)) / 2 / workers))
}

export class Room {
  readonly most: number
  /** Clients now, over all listeners of the thread. */
  clients = 0
  private shortage: Shortage | undefined

  constructor(workers: number, descriptors: number = descriptorsHere()) {
    this.most = mostClients(descriptors, workers)
  }

  get full(): boolean {
    return this.clients >= this.most
  }

  /** Somebody was closed or turned away for it, or a connection could not be made. */
  short(of: Shortage): void {
    this.shortage = of
  }

  /** What there was too little of since the last call. */
  takeShortage(): Shortage | undefined {
    const { shortage } = this
    this.shortage = undefined
    return shortage
  }
}
