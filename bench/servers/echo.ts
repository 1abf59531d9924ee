/** WebSocket echo backends: one server per port given as argument. Frames up to 125 bytes, which is all the load sends. */
import { createHash } from 'node:crypto'
import http from 'node:http'
import type { Duplex } from 'node:stream'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Answers each masked frame with the same one unmasked; all frames of one piece leave in one write. */
function echo(socket: Duplex): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    const input = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const output: Buffer[] = []
    let at = 0
    while (input.length - at >= 6) {
      const length = (input[at + 1] as number) & 0x7f
      const end = at + 6 + length
      if (input.length < end) break
      const frame = Buffer.allocUnsafe(2 + length)
      frame[0] = input[at] as number
      frame[1] = length
      for (let index = 0; index < length; index++)
        frame[2 + index] = (input[at + 6 + index] as number) ^ (input[at + 2 + (index & 3)] as number)
      output.push(frame)
      at = end
    }
    rest = at === input.length ? Buffer.alloc(0) : input.subarray(at)
    if (output.length > 0) socket.write(output.length === 1 ? (output[0] as Buffer) : Buffer.concat(output))
  })
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
}

for (const port of process.argv.slice(2)) {
  const server = http.createServer((_request, response) => response.end('echo\n'))
  server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    echo(socket)
  })
  server.listen(Number(port), '127.0.0.1')
}
