/**
 * Accepts connections into sockets that read into the thread's shared buffer. `net` offers that for outgoing sockets only, so accepted
 * handles are taken from the listening one before `net` makes a socket of each, and given to a socket of ours. `handle`, `_handle` and
 * `onconnection` are not documented: `checkAdoption` tries once whether all of it works; if not, `net`'s own sockets and plain `data`
 * events serve, slower and otherwise the same.
 */
import net, { type Server, Socket } from 'node:net'
import { type ByteSink, handleIoWorks, handleOf, readInto, setHandleIo } from '../handle-io.ts'
import { OUTLET_BYTES } from '../outlet.ts'
import { sharedBuffer } from '../shared-buffer.ts'
import { tryConnection } from './accept-check.ts'

/** A connection that has been accepted and is not read yet. */
export interface Accepted {
  /** Address of the peer; '' when it has left already. */
  readonly address: string
  /** Makes a socket of it that delivers its bytes to `sink`. Once. */
  open(sink: ByteSink): Socket
  /** Closes it. Instead of `open`. */
  refuse(): void
}

/** What is used of a TCP handle of libuv. */
interface Handle {
  getpeername(out: { address?: string }): number
  close(): void
}

interface ListeningHandle {
  onconnection?: (status: number, handle: Handle | undefined) => void
}

class AcceptedHandle implements Accepted {
  readonly address: string
  private readonly handle: Handle

  constructor(handle: Handle) {
    this.handle = handle
    const peer: { address?: string } = {}
    handle.getpeername(peer)
    this.address = peer.address ?? ''
  }

  open(sink: ByteSink): Socket {
    const options = {
      handle: this.handle,
      allowHalfOpen: true,
      writableHighWaterMark: OUTLET_BYTES,
      onread: {
        buffer: sharedBuffer,
        callback: (length: number) => {
          sink.bytes(sharedBuffer, length)
          return true
        },
      },
    }
    const socket = new Socket(options as unknown as net.SocketConstructorOpts)
    const direct = handleOf(socket)
    if (direct !== undefined) readInto(direct, sink)
    return socket.resume()
  }

  refuse(): void {
    this.handle.close()
  }
}

class AcceptedSocket implements Accepted {
  readonly address: string
  private readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
    this.address = socket.remoteAddress ?? ''
  }

  open(sink: ByteSink): Socket {
    this.socket.on('data', (chunk: Buffer) => sink.bytes(chunk, chunk.length))
    return this.socket.resume()
  }

  refuse(): void {
    this.socket.destroy()
  }
}

/** Takes accepted handles before `net` sees them. False when that cannot be done. */
function divert(server: Server, onAccepted: (accepted: Accepted) => void): boolean {
  const listening = (server as unknown as { _handle?: ListeningHandle })._handle
  if (typeof listening?.onconnection !== 'function') return false
  // A status other than 0 says that accepting failed for now (no descriptors left); libuv goes on by itself.
  listening.onconnection = (_status, handle) => {
    if (handle !== undefined) onAccepted(new AcceptedHandle(handle))
  }
  return true
}

let adopting: boolean | undefined

/** Is the shared buffer in use for accepted sockets? Undefined before the first `checkAdoption`. */
export function adoptionWorks(): boolean | undefined {
  return adopting
}

/**
 * Tries on a loopback connection whether an adopted socket reads, writes and closes as it should: first with reads and writes on the
 * handle, then through `net`. Decides once per thread.
 */
export async function checkAdoption(): Promise<boolean> {
  if (adopting !== undefined) return adopting
  adopting = handleIoWorks() && (await tryConnection(divert))
  if (!adopting) {
    setHandleIo(false)
    adopting = await tryConnection(divert)
  }
  return adopting
}

/** A server that hands accepted connections to `onAccepted` once it listens. */
export function createAcceptor(onAccepted: (accepted: Accepted) => void): Server {
  const server = net.createServer(
    { pauseOnConnect: true, allowHalfOpen: true, highWaterMark: OUTLET_BYTES },
    (socket) => onAccepted(new AcceptedSocket(socket)),
  )
  server.on('listening', () => {
    if (adopting === true) divert(server, onAccepted)
  })
  return server
}

/** For tests: forces the plain way (`false`), the adopted way (`true`), or a fresh check (`undefined`). */
export function setAdoption(value: boolean | undefined): void {
  adopting = value
  setHandleIo(value !== false)
}
