/** Turns every failure into `application/problem+json` (RFC 9457) with a code of the catalogue. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Problem } from '../../shared/api/problem.ts'
import { ControlError, type ErrorCode, errorCatalogue, errorType } from '../errors.ts'
import type { App } from './fastify.ts'
import type { ApiLog } from './parts.ts'

/** Errors of fastify that are the client's doing. */
const framework: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid-json',
  FST_ERR_BAD_URL: 'invalid-request',
  FST_ERR_VALIDATION: 'invalid-request',
}

/** Whether the database, not we, failed: its errors carry SQLite's codes. */
function fromStorage(error: { name?: string; code?: unknown }): boolean {
  return error.name === 'DatabaseProblem' || (typeof error.code === 'string' && error.code.startsWith('SQLITE_'))
}

/** The expected failure that an error stands for; undefined for a fault of ours. */
export function toControlError(error: unknown): ControlError | undefined {
  if (error instanceof ControlError) return error
  const { name, code, message, statusCode } = error as {
    name?: string
    code?: string
    message: string
    statusCode?: number
  }
  const known = framework[code ?? '']
  if (known) return new ControlError(known, message)
  if (fromStorage({ name, code }))
    return new ControlError('storage-failing', `${message} Traffic goes on.`, { cause: error, retryAfterSeconds: 5 })
  if (error instanceof SyntaxError && statusCode === 400) return new ControlError('invalid-json', message)
  if (statusCode === 403 || statusCode === 404) return new ControlError('not-found', 'There is nothing here.')
  if (statusCode === 400) return new ControlError('invalid-request', message)
  return undefined
}

export function problemOf(error: ControlError): Problem {
  return {
    type: errorType(error.code),
    title: errorCatalogue[error.code].title,
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.issues && { issues: error.issues }),
    ...(error.revision !== undefined && { revision: error.revision }),
  }
}

/** Sends an error as its problem document. */
export function sendProblem(reply: FastifyReply, error: ControlError): FastifyReply {
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds))
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="Evenkeel"')
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .serializer((text: string) => text)
    .send(JSON.stringify(problemOf(error)))
}

/** Installs the error handler. Faults of ours go to the log with the request id; the client learns the id only. */
export function handleErrors(app: App, log: ApiLog): void {
  app.setErrorHandler((error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const known = toControlError(error)
    if (known) return sendProblem(reply, known)
    log.error(
      { err: error, requestId: request.id, method: request.method, path: request.url.split('?')[0] },
      'admin API',
    )
    return sendProblem(
      reply,
      new ControlError('internal', `Unexpected error; the log has it as request ${request.id}.`),
    )
  })
}
