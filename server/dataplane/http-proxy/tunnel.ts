/** Joins a client and a backend after `101 Switching Protocols`: bytes both ways, half-close kept, cut when silent for too long. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { endings } from '../endings.ts'
import { HALF_CLOSED_MS } from '../engine.ts'
import type { Exchange } from '../exchange.ts'

export interface TunnelEnds {
  readonly exchange: Exchange
  readonly answer: IncomingMessage
  readonly client: Socket
  readonly clientHead: Buffer | undefined
  readonly backend: Socket
  readonly backendHead: Buffer
  readonly idleMs: number
  /** Flat name, value list. */
  readonly headers: readonly string[]
}

export function joinTunnel(ends: TunnelEnds): void {
  const { client, backend, exchange } = ends
  let { idleMs } = ends
  let head = `HTTP/1.1 101 ${ends.answer.statusMessage ?? 'Switching Protocols'}\r\nConnection: Upgrade\r\n`
  if (ends.answer.headers.upgrade !== undefined) head += `Upgrade: ${ends.answer.headers.upgrade}\r\n`
  for (let index = 0; index < ends.headers.length; index += 2)
    head += `${ends.headers[index]}: ${ends.headers[index + 1]}\r\n`
  client.write(`${head}\r\n`, 'latin1')
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    client.destroy()
    backend.destroy()
    exchange.finish('complete')
  }
  for (const socket of [client, backend]) {
    socket.setTimeout(idleMs, () => {
      // Half-closed and then silent is the ordinary end of many protocols.
      if (idleMs === ends.idleMs) exchange.ending = endings.tunnelIdle(idleMs)
      close()
    })
    socket.setNoDelay(true)
    socket.on('error', close)
    socket.on('close', close)
    socket.on('end', () => {
      idleMs = Math.min(idleMs, HALF_CLOSED_MS)
      client.setTimeout(idleMs)
      backend.setTimeout(idleMs)
    })
  }
  if (ends.clientHead !== undefined && ends.clientHead.length > 0) backend.write(ends.clientHead)
  if (ends.backendHead.length > 0) client.write(ends.backendHead)
  client.on('data', (chunk: Buffer) => {
    exchange.bytesIn += chunk.length
    client.setTimeout(idleMs)
    backend.setTimeout(idleMs)
  })
  backend.on('data', (chunk: Buffer) => {
    exchange.bytesOut += chunk.length
    client.setTimeout(idleMs)
    backend.setTimeout(idleMs)
  })
  client.pipe(backend)
  backend.pipe(client)
}
