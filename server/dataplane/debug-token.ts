/**
 * Tokens that let an admin ask "why this backend" of a single request: the value of the X-Evenkeel-Debug field. They are signed, so that
 * a worker checks them without asking anybody, and they expire, so that one left in a shell's history is worth nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Name of the field, in lower case. It ends here: no backend sees it. */
export const DEBUG_FIELD = 'x-evenkeel-debug'

const sign = (secret: string, until: string) =>
  createHmac('sha256', secret).update(`debug\0${until}`).digest('base64url')

/** A token that is good until `untilMs` (epoch milliseconds). */
export function issueDebugToken(secret: string, untilMs: number): string {
  const until = Math.floor(untilMs / 1000).toString(36)
  return `${until}.${sign(secret, until)}`
}

/** How long a new token is good, in milliseconds. */
const GOOD_MS = 10 * 60_000

/** A new token, and the field that carries it. */
export function newDebugToken(secret: string, nowMs: number): { field: string; value: string; until: number } {
  const until = nowMs + GOOD_MS
  return { field: 'X-Evenkeel-Debug', value: issueDebugToken(secret, until), until }
}

/** Is this one of ours, and not expired? */
export function isDebugToken(secret: string, token: string, nowMs: number): boolean {
  const dot = token.indexOf('.')
  const until = token.slice(0, dot)
  if (dot < 1 || !/^[0-9a-z]{1,9}$/.test(until) || Number.parseInt(until, 36) * 1000 < nowMs) return false
  const wanted = Buffer.from(sign(secret, until))
  const given = Buffer.from(token.slice(dot + 1))
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
