/**
 * Opens connections to backends as wires that read into the thread's shared buffer. An address goes straight to a TCP handle: a `net.Socket`
 * takes as long to make as three exchanges, and after a pause a thousand of them are needed at once. Where handles cannot be used
 * directly it goes through `net`. Names have been resolved before: nothing here waits for a name server.
 */
import net, { type Socket } from 'node:net'
import { DirectWire, type TcpHandle } from './direct-wire.ts'
import { handleIoWorks, handleOf, readInto, type StreamHandle } from './handle-io.ts'
import { OUTLET_BYTES } from './outlet.ts'
import { sharedBuffer } from './shared-buffer.ts'
import { systemError } from './system-error.ts'
import type { Wire, WireEnd } from './wire.ts'

/** Who wants a connection. Told of nothing before `dial` has returned. */
export interface DialEnd extends WireEnd {
  /** It is there. `handle`: where to write to directly; undefined: through the socket. */
  connected(handle: StreamHandle | undefined): void
  /** It cannot be made; the error's `code` says why. */
  failed(error: NodeJS.ErrnoException): void
}

interface ConnectRequest {
  oncomplete: (status: number) => void
}

interface DialHandle extends TcpHandle {
  /** 0, or a negative errno. */
  connect(request: ConnectRequest, address: string, port: number): number
  connect6(request: ConnectRequest, address: string, port: number): number
}

interface TcpBinding {
  readonly TCP: new (kind: number) => DialHandle
  readonly TCPConnectWrap: new () => ConnectRequest
  readonly constants: { readonly SOCKET: number }
}

function loadBinding(): TcpBinding | undefined {
  try {
    const found = (process as unknown as { binding(name: string): TcpBinding }).binding('tcp_wrap')
    const whole =
      typeof found.TCP === 'function' &&
      typeof found.TCPConnectWrap === 'function' &&
      typeof found.TCP.prototype.connect === 'function' &&
      typeof found.TCP.prototype.connect6 === 'function' &&
      typeof found.TCP.prototype.reset === 'function'
    return whole ? found : undefined
  } catch {
    return undefined
  }
}

const tcp = loadBinding()

/** Can TCP handles be made and used as we need them? */
export function dialsDirectly(): boolean {
  return tcp !== undefined
}

/** Connects to `port` of an IP address. */
export function dial(ip: string, port: number, end: DialEnd): Wire {
  const family = net.isIP(ip)
  if (tcp === undefined || !handleIoWorks()) return dialThroughNet(ip, port, end)
  const handle = new tcp.TCP(tcp.constants.SOCKET)
  const wire = new DirectWire(handle, end)
  const request = new tcp.TCPConnectWrap()
  request.oncomplete = (status) => settle(wire, status, end)
  const status = family === 6 ? handle.connect6(request, ip, port) : handle.connect(request, ip, port)
  // Out of descriptors, no route: known at once, told later.
  if (status !== 0) queueMicrotask(() => settle(wire, status, end))
  return wire
}

function settle(wire: DirectWire, status: number, end: DialEnd): void {
  // Given up meanwhile.
  if (wire.destroyed) return
  if (status !== 0) return end.failed(systemError(status, 'connect'))
  wire.open()
  end.connected(wire.handle)
}

function dialThroughNet(host: string, port: number, end: DialEnd): Socket {
  const options = {
    host,
    port,
    noDelay: true,
    allowHalfOpen: true,
    highWaterMark: OUTLET_BYTES,
    onread: {
      buffer: sharedBuffer,
      callback: (length: number) => {
        end.bytes(sharedBuffer, length)
        return true
      },
    },
  }
  const socket = net.connect(options)
  let connected = false
  socket.on('connect', () => {
    connected = true
    const handle = handleOf(socket)
    if (handle !== undefined) readInto(handle, end)
    end.connected(handle)
  })
  socket.on('error', (error) => (connected ? end.closed() : end.failed(error)))
  socket.on('end', () => end.ended())
  socket.on('close', () => end.closed())
  return socket
}
