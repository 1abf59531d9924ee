/**
 * Sticky sessions: a cookie that names the backend of a client. Its value is an HMAC of the backend's id, so an address may change
 * without losing the session, and nobody can make up a value that selects a backend.
 */
import { createHmac } from 'node:crypto'
import type { BackendRef, StickySnapshot } from '../core/snapshot.ts'

/** 128 bits: more than anybody can guess, short enough for a cookie. */
const BYTES = 16

/** Value of the cookie for a backend; the same in every thread and after every restart, as long as the secret is. */
export function stickyValue(secret: string, pool: string, backend: string): string {
  return createHmac('sha256', secret)
    .update(`sticky\0${pool}\0${backend}`)
    .digest()
    .subarray(0, BYTES)
    .toString('base64url')
}

/** Value of `Set-Cookie` (RFC 6265 §4.1) that binds a client to `backend`; `secure`: the client came over TLS. */
export function bindingCookie(sticky: StickySnapshot, backend: BackendRef, secure: boolean): string {
  const value = sticky.values.get(backend.slot)
  return `${sticky.name}=${value}${sticky.attributes}${secure || sticky.secure ? '; Secure' : ''}`
}
