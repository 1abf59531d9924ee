/** Clients that do one thing and then stay: `http|websocket port path count`. Prints `HELD n` when all have their answer. */
import net from 'node:net'
import { CLIENT_FRAME, upgradeRequest } from './frames.ts'

const [kind, port, path = '/', count] = process.argv.slice(2)
const AT_ONCE = 50
const host = `127.0.0.1:${port}`
const first = kind === 'websocket' ? upgradeRequest(host, path) : `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`

function one(): Promise<boolean> {
  return new Promise((resolve) => {
    let text = ''
    const socket = net.connect({ host: '127.0.0.1', port: Number(port), noDelay: true }, () => socket.write(first))
    let sent = false
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      if (kind !== 'websocket') return resolve(text.startsWith('HTTP/1.1 200'))
      // A tunnel counts when a message has gone through it both ways.
      if (!sent) socket.write(CLIENT_FRAME)
      sent = true
      if (text.length > end + 4) resolve(text.startsWith('HTTP/1.1 101'))
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}

let held = 0
for (let left = Number(count); left > 0; left -= AT_ONCE) {
  const answers = await Promise.all(Array.from({ length: Math.min(AT_ONCE, left) }, one))
  held += answers.filter(Boolean).length
}
process.stdout.write(`HELD ${held}\n`)
setInterval(() => undefined, 60_000)
