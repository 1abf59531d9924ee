/** Answers of ours through `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type OwnAnswer, refusal, renderOwnAnswer } from '../own-answers.ts'

const ALLOW = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** What we say about ourselves to OPTIONS * and to OPTIONS with Max-Forwards: 0. */
export function sendOptions(message: IncomingMessage, response: ServerResponse): void {
  message.resume()
  response.writeHead(204, { Allow: ALLOW })
  response.end()
}

/** Writes an answer of ours; `close` ends the connection after it. */
export function sendOwnAnswer(
  message: IncomingMessage,
  response: ServerResponse,
  own: OwnAnswer,
  requestId: string,
  close: boolean,
): void {
  const { type, body } = renderOwnAnswer(own, message.headers.accept, requestId)
  if (close) response.shouldKeepAlive = false
  const headers: Record<string, string | number> = {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
  }
  if (own.retryAfter > 0) headers['Retry-After'] = own.retryAfter
  response.writeHead(own.status, own.title, headers)
  response.end(message.method === 'HEAD' ? undefined : body)
}

/** The same for a socket that has no response: it is closed behind it. */
export function endWithOwnAnswer(socket: Socket, own: OwnAnswer, id: string, accept: string | undefined): void {
  const { type, body } = renderOwnAnswer(own, accept, id)
  const head = `HTTP/1.1 ${own.status} ${own.title}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n`
  socket.on('error', () => socket.destroy())
  socket.end(head + body)
  // A client that keeps sending would keep the connection half open for ever.
  setTimeout(() => socket.destroy(), 1000).unref()
}

/** What a client is told whose request the parser of `node:http` gave up with this code. */
export function answerToParser(code: string): OwnAnswer {
  if (code === 'HPE_HEADER_OVERFLOW') return refusal(431, 'The request head is too large.')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusal(408, 'The request head took too long to arrive.')
  return refusal(400, 'The request is not valid HTTP.')
}
