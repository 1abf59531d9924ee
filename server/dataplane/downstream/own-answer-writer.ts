/** Writes an answer of ours as one string. */
import { type OwnAnswer, renderOwnAnswer } from '../own-answers.ts'
import type { ClientSocket } from './client-socket.ts'

/** `head`: the request was HEAD, so no body follows. `close`: the connection ends behind it. */
export function writeOwnAnswer(
  client: ClientSocket,
  own: OwnAnswer,
  requestId: string,
  accept: string | undefined,
  head: boolean,
  close: boolean,
): void {
  const { type, body } = renderOwnAnswer(own, accept, requestId)
  let text = `HTTP/1.1 ${own.status} ${own.title}\r\nDate: ${new Date().toUTCString()}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\n`
  if (requestId !== '') text += `X-Request-Id: ${requestId}\r\n`
  if (own.retryAfter > 0) text += `Retry-After: ${own.retryAfter}\r\n`
  if (own.status === 405) text += 'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n'
  if (close) text += 'Connection: close\r\n'
  client.write(Buffer.from(`${text}\r\n${head ? '' : body}`))
}
