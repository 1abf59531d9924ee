/**
 * Accepts connections into sockets that read into the thread's shared buffer. `net` offers that for outgoing sockets only, so the accepted
 * handle is moved into a new socket (`handle` is not documented). `canAdopt` checks once that this works; if it does not, plain
 * `data` events serve, slower and otherwise the same.
 */
import net, { type Server, Socket } from 'node:net'
import { latin1 } from '../http1/latin1.ts'
import { OUTLET_BYTES } from '../outlet.ts'
import { sharedBuffer } from '../shared-buffer.ts'

/** Gets the bytes of one read, valid until it returns. */
export type OnBytes = (buffer: Buffer, length: number) => void

interface WithHandle {
  _handle: unknown
}

/** Moves an accepted, paused socket's handle into a socket of ours. Undefined when that cannot be done. */
function adopt(accepted: Socket, onBytes: OnBytes): Socket | undefined {
  const handle = (accepted as unknown as WithHandle)._handle
  if (handle === null || handle === undefined) return undefined
  ;(accepted as unknown as WithHandle)._handle = null
  const options = {
    handle,
    allowHalfOpen: true,
    writableHighWaterMark: OUTLET_BYTES,
    onread: {
      buffer: sharedBuffer,
      callback: (length: number) => {
        onBytes(sharedBuffer, length)
        return true
      },
    },
  }
  return new Socket(options as unknown as net.SocketConstructorOpts)
}

function withDataEvents(accepted: Socket, onBytes: OnBytes): Socket {
  accepted.on('data', (chunk: Buffer) => onBytes(chunk, chunk.length))
  accepted.resume()
  return accepted
}

let adopting: boolean | undefined

/** Is the shared buffer in use for accepted sockets? Undefined before the first `checkAdoption`. */
export function adoptionWorks(): boolean | undefined {
  return adopting
}

/** Tries on a loopback connection whether an adopted socket reads, writes and closes as it should. Decides once per thread. */
export async function checkAdoption(): Promise<boolean> {
  if (adopting !== undefined) return adopting
  adopting = await tryAdoption().catch(() => false)
  return adopting
}

function tryAdoption(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true })
    const done = (works: boolean) => {
      clearTimeout(timer)
      client.destroy()
      server.close()
      resolve(works)
    }
    const timer = setTimeout(() => done(false), 1000)
    const client = new Socket()
    client.on('error', () => done(false))
    client.on('data', (answer) => done(answer.toString('latin1') === 'pong'))
    server.on('connection', (accepted) => {
      const socket = adopt(accepted, (buffer, length) => {
        if (buffer === sharedBuffer && latin1(buffer, 0, length) === 'ping') socket?.end('pong')
      })
      if (socket === undefined) done(false)
      socket?.on('error', () => done(false))
      socket?.resume()
    })
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null)
        client.connect(address.port, '127.0.0.1', () => client.write('ping'))
    })
  })
}

/** A server whose connections are given to `onSocket` by `openSocket`. */
export function createAcceptor(onAccepted: (accepted: Socket) => void): Server {
  return net.createServer({ pauseOnConnect: true, allowHalfOpen: true, highWaterMark: OUTLET_BYTES }, onAccepted)
}

/** Makes an accepted socket deliver its bytes to `onBytes`. */
export function openSocket(accepted: Socket, onBytes: OnBytes): Socket {
  if (adopting !== true) return withDataEvents(accepted, onBytes)
  const socket = adopt(accepted, onBytes)
  if (socket === undefined) return withDataEvents(accepted, onBytes)
  socket.resume()
  return socket
}

/** For tests: forces the plain way (`false`), the adopted way (`true`), or a fresh check (`undefined`). */
export function setAdoption(value: boolean | undefined): void {
  adopting = value
}
