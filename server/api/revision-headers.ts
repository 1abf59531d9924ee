/** Revisions in HTTP: `ETag: "<revision>"` on answers, `If-Match` on changes (RFC 9110 §13.1.1). */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
import { ControlError } from '../errors.ts'

/** The revision a change was made on; undefined when `If-Match` is absent or `*`. Errors: `invalid-request`. */
export function baseOf(request: FastifyRequest): number | undefined {
  const text = request.headers['if-match']
  if (text === undefined || text.trim() === '*') return undefined
  const match = /^\s*(?:W\/)?"?(\d{1,15})"?\s*$/.exec(text)
  if (!match) throw new ControlError('invalid-request', 'If-Match must be one revision, such as "12".')
  return Number(match[1])
}

/** As `baseOf`, but it must be there. Errors: `precondition-required`. */
export function requiredBase(request: FastifyRequest): number {
  const base = baseOf(request)
  if (base !== undefined) return base
  throw new ControlError('precondition-required', 'Send If-Match with the revision that was edited.')
}

export function setRevision(reply: FastifyReply, revision: number): void {
  reply.header('etag', `"${revision}"`)
}

/** Answers a change. */
export function answerChange(reply: FastifyReply, answer: ChangeAnswer): ChangeAnswer {
  setRevision(reply, answer.revision)
  return answer
}
