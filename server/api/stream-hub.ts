/**
 * The live stream: server-sent events to many dashboards. Each message is serialised once; the last five minutes are kept for
 * clients that come back with `Last-Event-ID`; a client that reads too slowly is cut, comes back and catches up or is reset.
 */
import type { ServerResponse } from 'node:http'
import type { StreamMessage } from '../../shared/api/live.ts'
import { Replay } from './stream-replay.ts'

export interface StreamHubOptions {
  /** First half of every id; another boot means that what was missed is gone. */
  boot: string
  /** Monotonic milliseconds. */
  clock: { now(): number }
  /** How long messages are kept for replay, milliseconds. */
  replayMs?: number
  /** Most bytes kept for replay. */
  replayBytes?: number
  /** Bytes that may wait for one client before it is cut. */
  clientBytes?: number
  /** Pause between comments that keep the connection open, milliseconds. */
  heartbeatMs?: number
  /** Pause between two looks at whether clients are still allowed, milliseconds. */
  recheckMs?: number
  /** Most clients at once. */
  clients?: number
}

export interface StreamClient {
  /** Session or token; `drop` ends its streams. */
  subject: string
  /** Account behind it. */
  name: string
  /** Whether what was shown when the stream began still holds; asked again and again while it goes on. */
  allowed(): boolean
  /** Also gets `exchange` messages. */
  exchanges: boolean
  /** Value of `Last-Event-ID`. */
  lastEventId?: string | undefined
}

export interface StreamHub {
  /** Sends a message to every client (`exchange`: to those that asked). Never waits and never throws. */
  publish(message: StreamMessage, data: unknown): void
  /** Whether anybody listens; callers may skip costly messages when nobody does. */
  readonly size: number
  /** Whether anybody asked for `exchange` messages. */
  wantsExchanges(): boolean
  /** Takes over a response and streams to it. False when there are too many clients: nothing was written. */
  attach(response: ServerResponse, client: StreamClient): boolean
  /** Ends the streams of a session, token or account. */
  drop(who: { subject?: string; name?: string }): void
  /** Ends every stream. */
  close(): void
}

interface Attached extends StreamClient {
  response: ServerResponse
}

/** While the database cannot be read, nobody is signed out. */
function stillAllowed(client: StreamClient): boolean {
  try {
    return client.allowed()
  } catch {
    return true
  }
}

const HEARTBEAT = Buffer.from(': still here\n\n')

/** Builds the hub. Its timers do not keep the process alive. */
export function createStreamHub(options: StreamHubOptions): StreamHub {
  const { boot, clock, replayMs = 300_000, replayBytes = 16 * 1024 * 1024, clientBytes = 1024 * 1024 } = options
  const most = options.clients ?? 2000
  const clients = new Set<Attached>()
  const replay = new Replay(boot, replayMs, replayBytes)
  let seq = 0

  const heartbeat = setInterval(() => {
    for (const client of clients) send(client, HEARTBEAT)
  }, options.heartbeatMs ?? 15_000)
  heartbeat.unref()
  const recheck = setInterval(endExpired, options.recheckMs ?? 2000)
  recheck.unref()

  /** A session or token may expire, or be taken back, at any time: nobody drops the stream then but we. */
  function endExpired() {
    const known = new Map<string, boolean>()
    for (const client of clients) {
      const allowed = known.get(client.subject) ?? stillAllowed(client)
      known.set(client.subject, allowed)
      if (!allowed) detach(client)
    }
  }

  function block(message: StreamMessage, id: number, data: string): Buffer {
    return Buffer.from(`id: ${boot}-${id}\nevent: ${message}\ndata: ${data}\n\n`)
  }

  function detach(client: Attached) {
    clients.delete(client)
    client.response.destroy()
  }

  function send(client: Attached, bytes: Buffer) {
    if (client.response.destroyed || client.response.writableLength > clientBytes) detach(client)
    else client.response.write(bytes)
  }

  function welcome(client: Attached) {
    client.response.write(`retry: 2000\nid: ${boot}-${seq}\n\n`)
    if (!client.lastEventId) return
    const entries = replay.since(client.lastEventId, seq)
    const lastStatus = entries?.findLast((entry) => entry.message === 'status')
    const wanted = entries?.filter(
      (entry) =>
        (entry.message !== 'exchange' || client.exchanges) && (entry.message !== 'status' || entry === lastStatus),
    )
    const size = wanted?.reduce((sum, entry) => sum + entry.block.length, 0) ?? 0
    if (!wanted || size > clientBytes) client.response.write(block('reset', seq, '{}'))
    else for (const entry of wanted) client.response.write(entry.block)
  }

  return {
    get size() {
      return clients.size
    },
    wantsExchanges: () => [...clients].some((client) => client.exchanges),
    publish(message, data) {
      const entry = { seq: ++seq, at: clock.now(), message, block: block(message, seq, JSON.stringify(data)) }
      replay.keep(entry)
      for (const client of clients) if (message !== 'exchange' || client.exchanges) send(client, entry.block)
    },
    attach(response, client) {
      if (clients.size >= most) return false
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      })
      const attached: Attached = { ...client, response }
      clients.add(attached)
      response.on('error', () => detach(attached))
      response.on('close', () => clients.delete(attached))
      welcome(attached)
      return true
    },
    drop({ subject, name }) {
      for (const client of clients) if (client.subject === subject || client.name === name) detach(client)
    },
    close() {
      clearInterval(heartbeat)
      clearInterval(recheck)
      for (const client of clients) client.response.end()
      clients.clear()
    },
  }
}
