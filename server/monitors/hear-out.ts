/** Lets a backend finish a response that nothing depends on any more: cut off in the middle, it would log an error at every probe. */
import type { ClientRequest, IncomingMessage } from 'node:http'

/** Bytes that are read and thrown away until we take our leave, and again until the connection is closed. */
const DISCARDED = 1024 * 1024
/** How long a backend may take to notice that we have taken our leave, in milliseconds. */
const LEAVE_MS = 1000

/**
 * Reads `response` to its end, for at most `limitMs` milliseconds and 1 MiB. Then our side of the connection is closed, so that the backend
 * ends by itself; one that goes on all the same is cut. Holds up neither the result of the probe nor the end of the process.
 */
export function hearOut(response: IncomingMessage, outgoing: ClientRequest, limitMs: number): void {
  const { socket } = response
  let left = DISCARDED
  let leaving = false
  const close = () => {
    clearTimeout(timer)
    outgoing.destroy()
  }
  const leave = () => {
    if (leaving) return close()
    leaving = true
    left = DISCARDED
    clearTimeout(timer)
    timer = setTimeout(close, LEAVE_MS).unref()
    socket.end()
  }
  let timer = setTimeout(leave, Math.max(0, limitMs)).unref()
  socket.unref()
  response.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) leave()
  })
  response.on('end', close)
  response.on('close', close)
  response.resume()
}
