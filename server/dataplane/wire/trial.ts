/** Tries once, on a loopback connection, whether dialled and accepted handles do what the engine counts on. */
import net, { type Server } from 'node:net'
import { latin1 } from '../http1/latin1.ts'
import type { Accepted } from './accept.ts'
import { dial } from './dial.ts'
import { Outlet } from './outlet.ts'
import { READ_BYTES, sharedBuffer } from './shared-buffer.ts'
import type { Wire } from './wire.ts'

/** The trial must be over within this time, in milliseconds. */
const TRIAL_MS = 2000
/** Pieces of `READ_BYTES` after which the kernel must have stopped taking more at once: 32 MiB. */
const MAX_PIECES = 512
const LAST = 'the last piece'
const nothing = () => undefined

/** The side that dials: asks once and reads what comes when it is told to. */
class Asking {
  received = 0
  tail = ''
  ended = false
  strange = false
  readonly wire: Wire

  constructor(port: number, onFailed: () => void) {
    this.wire = dial('127.0.0.1', port, {
      connected: (handle) => {
        const outlet = new Outlet(this.wire, { drained: nothing, unwritable: onFailed })
        outlet.open(handle)
        this.wire.pause()
        outlet.write('ping')
      },
      failed: onFailed,
      bytes: (buffer, length) => {
        this.strange ||= buffer !== sharedBuffer
        this.received += length
        this.tail = (this.tail + latin1(buffer, 0, length)).slice(-LAST.length)
      },
      ended: () => {
        this.ended = true
        this.wire.end()
      },
      closed: nothing,
    })
  }

  hasAll(length: number): boolean {
    return this.ended && !this.strange && this.received === length && this.tail === LAST
  }
}

/**
 * One request in, and an answer out that the kernel cannot take at once: it must come whole and in order, `drained` be told, the connection
 * end behind it, and the other end's own be heard. `divert` takes accepted handles from a listening server; false when it cannot.
 */
export function tryConnection(
  divert: (server: Server, onAccepted: (accepted: Accepted) => void) => boolean,
): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer(() => done(false))
    let asking: Asking | undefined
    let expected = -1
    let drained = false
    const done = (works: boolean) => {
      clearTimeout(timer)
      asking?.wire.destroy()
      server.close()
      resolve(works)
    }
    const timer = setTimeout(() => done(false), TRIAL_MS)
    const onAccepted = (accepted: Accepted) => {
      let ended = false
      const wire = accepted.open({
        bytes(buffer, length) {
          const heard = buffer === sharedBuffer && latin1(buffer, 0, length) === 'ping'
          if (!heard || accepted.address !== '127.0.0.1') return done(false)
          wire.pause()
          expected = flood(outlet)
          wire.end()
          asking?.wire.resume()
        },
        ended() {
          ended = true
        },
        closed: () => done(drained && ended && asking?.hasAll(expected) === true),
      })
      const outlet = new Outlet(wire, {
        drained() {
          drained = true
          wire.resume()
        },
        unwritable: () => done(false),
      })
      outlet.open(accepted.handle)
    }
    server.on('error', () => done(false))
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address()
      if (!divert(server, onAccepted) || typeof address !== 'object' || address === null) return done(false)
      asking = new Asking(address.port, () => done(false))
    })
  })
}

/** Writes until a piece is left waiting, then one more behind it. Returns how many bytes. */
function flood(outlet: Outlet): number {
  const piece = Buffer.alloc(READ_BYTES)
  let pieces = 1
  while (outlet.write(piece) && pieces < MAX_PIECES) pieces += 1
  outlet.write(LAST)
  return pieces * READ_BYTES + LAST.length
}
