/** What the measurement needs of a proxy. Each does the same work: round robin, keep-alive both ways, forwarding fields, no access log. */
import type { Running } from '../processes.ts'

/** The backends, all on 127.0.0.1. */
export interface Site {
  /** Ports that answer `/small`, `/10k` and `/1m`. */
  files: readonly number[]
  /** Ports that echo WebSocket messages; `/ws` leads to them. */
  echoes: readonly number[]
}

export interface RunningPeer {
  process: Running
  port: number
}

export interface StartPeer {
  /** Threads that carry traffic; only Evenkeel is ever asked for more than one. */
  workers: number
  /** Whether it has to stay on the core of the proxy. */
  pinned: boolean
}

export interface Peer {
  name: string
  /** Its version, or undefined when it is not installed. */
  version(): string | undefined
  start(site: Site, how: StartPeer): Promise<RunningPeer>
}

/** Idle connections kept to the backends: more than any profile needs, so that no peer is measured at connecting. */
export const KEPT_CONNECTIONS = 2048
