/**
 * Accepts connections into wires that read into the thread's shared buffer. `net` offers that for outgoing sockets only, so accepted handles
 * are taken from the listening one before `net` makes a socket of each. `_handle`, `onconnection` and what is called on handles are not
 * documented: `checkAdoption` tries once whether all of it works; if not, `net`'s own sockets and plain `data` events serve, slower and
 * otherwise the same.
 */
import net, { type Server, type Socket } from 'node:net'
import { dialsDirectly } from './dial.ts'
import { DirectWire, type TcpHandle } from './direct-wire.ts'
import { handleIoWorks, type StreamHandle, setHandleIo } from './handle-io.ts'
import { OUTLET_BYTES } from './outlet.ts'
import { tryConnection } from './trial.ts'
import type { Wire, WireEnd } from './wire.ts'

/** A connection that has been accepted and is not read yet. */
export interface Accepted {
  /** Address of the peer; '' when it has left already. */
  readonly address: string
  /** Where to write to directly; undefined: through the socket. */
  readonly handle: StreamHandle | undefined
  /** Begins to read it; what happens goes to `end`. Once. */
  open(end: WireEnd): Wire
  /** Closes it. Instead of `open`. */
  refuse(): void
}

interface ListeningHandle {
  onconnection?: (status: number, handle: TcpHandle | undefined) => void
}

class AcceptedHandle implements Accepted {
  readonly address: string
  readonly handle: TcpHandle

  constructor(handle: TcpHandle) {
    this.handle = handle
    const peer: { address?: string } = {}
    handle.getpeername(peer)
    this.address = peer.address ?? ''
  }

  open(end: WireEnd): Wire {
    return new DirectWire(this.handle, end).open()
  }

  refuse(): void {
    this.handle.close()
  }
}

class AcceptedSocket implements Accepted {
  readonly address: string
  readonly handle = undefined
  private readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
    this.address = socket.remoteAddress ?? ''
  }

  open(end: WireEnd): Wire {
    const { socket } = this
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => end.bytes(chunk, chunk.length))
    socket.on('end', () => end.ended())
    socket.on('error', () => end.closed())
    socket.on('close', () => end.closed())
    // While a half-close is under way it cannot be reset: Node would never close it.
    const reset = socket.resetAndDestroy.bind(socket)
    socket.resetAndDestroy = () => (socket.writableEnded && !socket.writableFinished ? socket.destroy() : reset())
    return socket.resume()
  }

  refuse(): void {
    this.socket.destroy()
  }
}

/** Takes accepted handles before `net` sees them. False when that cannot be done. */
function divert(server: Server, onAccepted: (accepted: Accepted) => void, onFailed: () => void): boolean {
  const listening = (server as unknown as { _handle?: ListeningHandle })._handle
  if (typeof listening?.onconnection !== 'function') return false
  // A status other than 0 says that accepting failed for now (no descriptors left); libuv goes on by itself.
  listening.onconnection = (_status, handle) => {
    if (handle === undefined) onFailed()
    else onAccepted(new AcceptedHandle(handle))
  }
  return true
}

let adopting: boolean | undefined

/** Is the shared buffer in use for accepted sockets? Undefined before the first `checkAdoption`. */
export function adoptionWorks(): boolean | undefined {
  return adopting
}

/** Tries on a loopback connection whether an adopted handle reads, writes and closes as it should. Decides once per thread. */
export async function checkAdoption(): Promise<boolean> {
  if (adopting !== undefined) return adopting
  adopting =
    handleIoWorks() &&
    dialsDirectly() &&
    (await tryConnection((server, onAccepted) => divert(server, onAccepted, () => undefined)))
  setHandleIo(adopting)
  return adopting
}

/** A server that hands accepted connections to `onAccepted` once it listens; `onFailed`: one could not be accepted. */
export function createAcceptor(onAccepted: (accepted: Accepted) => void, onFailed: () => void): Server {
  const server = net.createServer(
    { pauseOnConnect: true, allowHalfOpen: true, highWaterMark: OUTLET_BYTES },
    (socket) => onAccepted(new AcceptedSocket(socket)),
  )
  server.on('listening', () => {
    if (adopting === true) divert(server, onAccepted, onFailed)
  })
  return server
}

/** For tests: forces the plain way (`false`), the adopted way (`true`), or a fresh check (`undefined`). */
export function setAdoption(value: boolean | undefined): void {
  adopting = value
  setHandleIo(value !== false)
}
