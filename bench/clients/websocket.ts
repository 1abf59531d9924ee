/** WebSocket echo load: `port path sockets seconds`. One message in flight per socket; prints one `RESULT {…}` line. */
import net from 'node:net'
import { CLIENT_FRAME, ECHO_LENGTH, percentile, upgradeRequest } from './frames.ts'

const [port, path = '/', sockets, seconds] = process.argv.slice(2)
const times: number[] = []
let [bytes, errors, bad, open] = [0, 0, 0, 0]
let started = 0

/** Answers once the socket is upgraded; from then on `begin` sends and every echo sends the next. */
function connect(): Promise<() => void> {
  return new Promise((resolve) => {
    let upgraded = false
    let head = ''
    let received = 0
    let sentAt = 0
    const send = () => {
      sentAt = performance.now()
      socket.write(CLIENT_FRAME)
    }
    const socket = net.connect({
      host: '127.0.0.1',
      port: Number(port),
      noDelay: true,
      // One buffer for each socket: the client shares its core with the backends and should be the cheaper of the two.
      onread: {
        buffer: Buffer.allocUnsafe(4096),
        callback: (count: number, buffer: Uint8Array) => {
          if (!upgraded) {
            head += Buffer.from(buffer.subarray(0, count)).toString('latin1')
            if (!head.includes('\r\n\r\n')) return true
            upgraded = head.startsWith('HTTP/1.1 101')
            if (upgraded) open += 1
            else bad += 1
            resolve(upgraded ? send : () => undefined)
            return true
          }
          bytes += count
          received += count
          if (received < ECHO_LENGTH) return true
          received -= ECHO_LENGTH
          times.push(performance.now() - sentAt)
          send()
          return true
        },
      },
    })
    socket.on('connect', () => socket.write(upgradeRequest(`127.0.0.1:${port}`, path)))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      errors += 1
      resolve(() => undefined)
    })
  })
}

const begin = await Promise.all(Array.from({ length: Number(sockets) }, connect))
started = performance.now()
for (const send of begin) send()
setTimeout(() => {
  const took = (performance.now() - started) / 1000
  const sorted = Float64Array.from(times).sort()
  const result = {
    requests: times.length,
    seconds: took,
    bytes,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    max: percentile(sorted, 1),
    errors,
    bad,
    open,
  }
  process.stdout.write(`RESULT ${JSON.stringify(result)}\n`, () => process.exit(0))
}, Number(seconds) * 1000)
