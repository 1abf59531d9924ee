/** As much of the WebSocket protocol as a benchmark needs: the handshake and short text frames. */

export const PAYLOAD = 'x'.repeat(32)

/** A client's frame. The mask is zero, so the payload is the same masked and not. */
export const CLIENT_FRAME = Buffer.concat([
  Buffer.from([0x81, 0x80 | PAYLOAD.length, 0, 0, 0, 0]),
  Buffer.from(PAYLOAD, 'latin1'),
])

/** Length of the frame that comes back: no mask. */
export const ECHO_LENGTH = 2 + PAYLOAD.length

export function upgradeRequest(host: string, path: string): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  )
}

/** Nearest-rank percentile of sorted numbers. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
