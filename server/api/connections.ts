/**
 * The admin server's share of the process's descriptors, a small one: traffic comes first. When it is used up, a newcomer is let in and
 * somebody else goes: idle connections first, those without credentials before those with, the longest idle first. A request of somebody
 * who is signed in, such as a live stream, is never cut for a newcomer.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Dashboards hold one connection each for the stream and a few for the rest. */
const MOST = 8000
/** Enough for two people, also where there are few descriptors. */
const LEAST = 16
/** One of so many descriptors may be a connection to the admin server. */
const SHARE = 8

/** How many connections the admin server may have in a process with so many descriptors. */
export function adminConnections(descriptors: number): number {
  return Math.max(LEAST, Math.min(MOST, Math.floor(descriptors / SHARE)))
}

/** How many of them live streams may take: the pages that they belong to need some as well. */
export function adminStreams(connections: number): number {
  return Math.floor((connections * 3) / 4)
}

interface Held {
  /** Requests under way. */
  readonly busy: number
  readonly signedIn: boolean
}

/** Who goes first; undefined: nobody cuts it. */
function rank({ busy, signedIn }: Held): number | undefined {
  if (busy > 0) return signedIn ? undefined : 2
  return signedIn ? 1 : 0
}

export interface ConnectionGuard {
  /** The latest request on this connection showed valid credentials. */
  vouchFor(socket: Socket): void
}

/** Keeps a server within `most` connections. */
export function guardConnections(server: Server, most: number): ConnectionGuard {
  /** In the order of the latest sign of life. */
  const held = new Map<Socket, Held>()

  function touch(socket: Socket, change: (before: Held) => Held): void {
    const before = held.get(socket)
    if (before === undefined) return
    held.delete(socket)
    held.set(socket, change(before))
  }

  /** Who has to go for a newcomer: itself when everybody else is at work with good reason. */
  function victim(newcomer: Socket): Socket {
    let found = newcomer
    let least = Number.POSITIVE_INFINITY
    for (const [socket, entry] of held) {
      const place = socket === newcomer ? undefined : rank(entry)
      if (place === undefined || place >= least) continue
      found = socket
      least = place
      if (place === 0) break
    }
    return found
  }

  server.on('connection', (socket: Socket) => {
    held.set(socket, { busy: 0, signedIn: false })
    socket.on('close', () => held.delete(socket))
    if (held.size <= most) return
    const leaving = victim(socket)
    held.delete(leaving)
    leaving.destroy()
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    // What an earlier request showed is no proof for this one: another proxy may send everybody's requests on one connection.
    touch(socket, ({ busy }) => ({ busy: busy + 1, signedIn: false }))
    response.on('close', () => touch(socket, ({ busy, signedIn }) => ({ busy: busy - 1, signedIn })))
  })
  return {
    vouchFor: (socket) => touch(socket, ({ busy }) => ({ busy, signedIn: true })),
  }
}
