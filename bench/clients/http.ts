/** Load where wrk is not installed: `port path connections seconds [close]`. Prints one `RESULT {…}` line as bench/wrk.lua does. */
import net from 'node:net'
import { percentile } from './frames.ts'

const [port, path, connections, seconds, close] = process.argv.slice(2)
const request = Buffer.from(
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${close ? 'Connection: close\r\n' : ''}\r\n`,
  'latin1',
)
const started = performance.now()
const end = started + Number(seconds) * 1000
const times: number[] = []
let [bytes, errors, bad] = [0, 0, 0]

/** One connection that asks again as soon as it has its answer, and connects again when it is closed. */
function connect(): void {
  let sentAt = performance.now()
  let head = ''
  let missing = -1
  let over = false
  const again = () => {
    if (over) return
    over = true
    socket.destroy()
    if (performance.now() < end) connect()
  }
  const socket = net.connect({ host: '127.0.0.1', port: Number(port), noDelay: true }, () => socket.write(request))
  socket.on('data', (chunk) => {
    bytes += chunk.length
    if (missing < 0) {
      head += chunk.toString('latin1')
      const split = head.indexOf('\r\n\r\n')
      if (split < 0) return
      if (!head.startsWith('HTTP/1.1 2')) bad += 1
      const length = Number(/content-length: *(\d+)/i.exec(head.slice(0, split))?.[1] ?? 0)
      missing = length - (head.length - split - 4)
      head = ''
    } else missing -= chunk.length
    if (missing > 0) return
    missing = -1
    const now = performance.now()
    times.push(now - sentAt)
    if (close || now > end) return again()
    sentAt = now
    socket.write(request)
  })
  socket.on('error', () => {
    if (performance.now() < end) errors += 1
  })
  socket.on('close', () => {
    if (over || performance.now() > end) return
    over = true
    // Not at once: a port that refuses would be asked without end.
    setTimeout(connect, 10)
  })
}

for (let index = 0; index < Number(connections); index++) connect()
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
  }
  process.stdout.write(`RESULT ${JSON.stringify(result)}\n`, () => process.exit(0))
}, Number(seconds) * 1000)
