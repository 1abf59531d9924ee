/** WebSockets (RFC 6455) as far as counting them needs: opened on a bare socket, echoed, counted by backend. */
import { createHash } from 'node:crypto'
import type http from 'node:http'
import net from 'node:net'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Backends' side: accepts every upgrade, echoes bytes and counts what is open. */
export function socketsOf() {
  const counts = new Map<string, number>()
  return {
    count: (name: string) => counts.get(name) ?? 0,
    upgrade: (name: string) => (request: http.IncomingMessage, socket: net.Socket) => {
      const key = `${request.headers['sec-websocket-key']}${GUID}`
      const accept = createHash('sha1').update(key).digest('base64')
      counts.set(name, (counts.get(name) ?? 0) + 1)
      socket.on('close', () => counts.set(name, (counts.get(name) ?? 1) - 1))
      socket.on('error', () => undefined)
      socket.on('end', () => socket.end())
      socket.on('data', (bytes) => socket.write(bytes))
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
    },
  }
}

/** Clients' side: resolves when the 101 has come. */
export function openWebSocket(url: string): Promise<net.Socket> {
  const { hostname, port, host } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed before the 101')))
    socket.once('data', (bytes) => {
      if (bytes.toString('latin1').startsWith('HTTP/1.1 101 ')) resolve(socket)
      else reject(new Error(`not a 101: ${bytes.toString('latin1').slice(0, 100)}`))
    })
    socket.write(
      `GET /chat HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    )
  })
}
