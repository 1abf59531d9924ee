/** Tries once, on a loopback connection, whether adopted sockets and direct reads and writes do what the engine counts on. */
import net, { type Server, Socket } from 'node:net'
import { latin1 } from '../http1/latin1.ts'
import { Outlet } from '../outlet.ts'
import { READ_BYTES, sharedBuffer } from '../shared-buffer.ts'
import type { Accepted } from './accept.ts'

/** The trial must be over within this time, in milliseconds. */
const TRIAL_MS = 2000
/** Pieces of `READ_BYTES` after which the kernel must have stopped taking more at once: 32 MiB. */
const MAX_PIECES = 512
const LAST = 'the last piece'

/**
 * One request in, and an answer out that the kernel cannot take at once: it must come whole and in order, `drained` be told, the connection
 * end behind it, and the client's own end be heard. `divert` takes accepted handles from a listening server; false when it cannot.
 */
export function tryConnection(
  divert: (server: Server, onAccepted: (accepted: Accepted) => void) => boolean,
): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer(() => done(false))
    const client = new Socket()
    let expected = -1
    let received = 0
    let tail = ''
    let drained = false
    const done = (works: boolean) => {
      clearTimeout(timer)
      client.destroy()
      server.close()
      resolve(works)
    }
    const timer = setTimeout(() => done(false), TRIAL_MS)
    client.on('error', () => done(false))
    client.on('data', (bytes) => {
      received += bytes.length
      tail = (tail + bytes.toString('latin1')).slice(-LAST.length)
    })
    const onAccepted = (accepted: Accepted) => {
      let ended = false
      const wire = accepted.open({
        bytes(buffer, length) {
          const heard = buffer === sharedBuffer && latin1(buffer, 0, length) === 'ping'
          if (!heard || accepted.address !== '127.0.0.1') return done(false)
          wire.pause()
          expected = flood(outlet)
          wire.end()
          client.resume()
        },
        ended() {
          ended = true
        },
        closed: () => done(drained && ended && received === expected && tail === LAST),
      })
      const outlet = new Outlet(wire, {
        drained() {
          drained = true
          wire.resume()
        },
      })
      outlet.open(accepted.handle)
    }
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address()
      if (!divert(server, onAccepted) || typeof address !== 'object' || address === null) return done(false)
      client.connect(address.port, '127.0.0.1', () => {
        client.pause()
        client.write('ping')
      })
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
