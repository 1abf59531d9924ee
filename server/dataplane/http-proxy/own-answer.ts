/** Answers of ours through `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type OwnAnswer, renderOwnAnswer } from '../own-answers.ts'

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
