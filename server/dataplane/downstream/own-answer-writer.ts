/** Answers of ours, each written as one piece. */
import { type OwnAnswer, renderOwnAnswer } from '../own-answers.ts'
import type { ClientSocket } from './client-socket.ts'
import type { NativeRequest } from './native-request.ts'

const ALLOW = 'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n'
const dateLine = () => `Date: ${new Date().toUTCString()}\r\n`

/** OPTIONS * and OPTIONS with Max-Forwards: 0 are for us (RFC 9110 §9.3.7, §7.6.2). */
export function isForUs(request: NativeRequest): boolean {
  return request.method === 'OPTIONS' && (request.path === '*' || /^0+$/.test(request.header('max-forwards') ?? ''))
}

/** What we say about ourselves. `close`: the connection ends behind it. */
export function writeOptions(client: ClientSocket, close: boolean): void {
  client.write(`HTTP/1.1 204 No Content\r\n${dateLine()}${ALLOW}${close ? 'Connection: close\r\n' : ''}\r\n`)
}

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
  let text = `HTTP/1.1 ${own.status} ${own.title}\r\n${dateLine()}Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\n`
  if (requestId !== '') text += `X-Request-Id: ${requestId}\r\n`
  if (own.retryAfter > 0) text += `Retry-After: ${own.retryAfter}\r\n`
  if (own.status === 405) text += ALLOW
  if (close) text += 'Connection: close\r\n'
  client.write(Buffer.from(`${text}\r\n${head ? '' : body}`))
}
