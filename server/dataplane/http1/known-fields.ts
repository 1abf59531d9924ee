/** The field names that mean something to a proxy, and what happens to each when a head is passed on. */
import { NAME_FOLD } from './tables.ts'

/** What a field is to us. 0 is everything that is simply passed on. Values are bit numbers of `FieldBlock.seen`. */
export const FIELD = {
  other: 0,
  host: 1,
  connection: 2,
  contentLength: 3,
  transferEncoding: 4,
  expect: 5,
  upgrade: 6,
  keepAlive: 7,
  /** Fields of one hop only that nobody here reads. */
  hop: 8,
  trailer: 9,
  forwarded: 10,
  xForwardedFor: 11,
  xForwardedProto: 12,
  xForwardedHost: 13,
  xForwardedPort: 14,
  xRequestId: 15,
  maxForwards: 16,
  /** A known name spelled with `_` for `-`: backends that fold the two would take it for the real one. */
  alias: 17,
  /** Passed on in a head, never allowed in a trailer section (RFC 9110 §6.5.1). */
  headOnly: 18,
  /** Asks why this backend; for us alone. */
  debug: 19,
  authorization: 20,
  wwwAuthenticate: 21,
  date: 22,
} as const

const NAMES: Record<string, number> = {
  host: FIELD.host,
  connection: FIELD.connection,
  'content-length': FIELD.contentLength,
  'transfer-encoding': FIELD.transferEncoding,
  expect: FIELD.expect,
  upgrade: FIELD.upgrade,
  'keep-alive': FIELD.keepAlive,
  te: FIELD.hop,
  'proxy-connection': FIELD.hop,
  'proxy-authenticate': FIELD.hop,
  'proxy-authorization': FIELD.hop,
  'http2-settings': FIELD.hop,
  // CGI-style backends turn it into HTTP_PROXY (CVE-2016-5385); no client has a reason to send it.
  proxy: FIELD.hop,
  trailer: FIELD.trailer,
  forwarded: FIELD.forwarded,
  'x-real-ip': FIELD.forwarded,
  'x-forwarded-server': FIELD.forwarded,
  'x-forwarded-prefix': FIELD.forwarded,
  'x-forwarded-for': FIELD.xForwardedFor,
  'x-forwarded-proto': FIELD.xForwardedProto,
  'x-forwarded-host': FIELD.xForwardedHost,
  'x-forwarded-port': FIELD.xForwardedPort,
  'x-request-id': FIELD.xRequestId,
  'max-forwards': FIELD.maxForwards,
  'x-evenkeel-debug': FIELD.debug,
  authorization: FIELD.authorization,
  'www-authenticate': FIELD.wwwAuthenticate,
  date: FIELD.date,
  cookie: FIELD.headOnly,
  'set-cookie': FIELD.headOnly,
  'content-encoding': FIELD.headOnly,
  'content-range': FIELD.headOnly,
  'content-type': FIELD.headOnly,
  'cache-control': FIELD.headOnly,
  range: FIELD.headOnly,
}

interface Known {
  readonly bytes: Uint8Array
  readonly kind: number
}

/** Longest known name in bytes. */
export const LONGEST_KNOWN_NAME = Math.max(...Object.keys(NAMES).map((name) => name.length))

const BY_LENGTH: Known[][] = Array.from({ length: LONGEST_KNOWN_NAME + 1 }, () => [])
for (const [name, kind] of Object.entries(NAMES)) BY_LENGTH[name.length]?.push({ bytes: Buffer.from(name), kind })

/** Kind of a lower-case field name. */
export function kindOf(name: string): number {
  return Object.hasOwn(NAMES, name) ? (NAMES[name] as number) : FIELD.other
}

/** Kind of the field whose name lies at `start`, any case. */
export function identify(buffer: Uint8Array, start: number, length: number): number {
  if (length > LONGEST_KNOWN_NAME) return FIELD.other
  const list = BY_LENGTH[length] as Known[]
  for (let index = 0; index < list.length; index++) {
    const known = list[index] as Known
    const bytes = known.bytes
    let at = 0
    while (at < length && NAME_FOLD[buffer[start + at] as number] === bytes[at]) at++
    if (at === length) return isAlias(buffer, start, length) ? FIELD.alias : known.kind
  }
  return FIELD.other
}

function isAlias(buffer: Uint8Array, start: number, length: number): boolean {
  for (let at = start; at < start + length; at++) if (buffer[at] === 95) return true
  return false
}

function dropTable(...kinds: number[]): Uint8Array {
  const out = new Uint8Array(32)
  for (const kind of kinds) out[kind] = 1
  return out
}

const { hop, keepAlive, connection, upgrade, contentLength, transferEncoding, alias, xRequestId, debug } = FIELD
const { xForwardedFor, xForwardedProto, xForwardedHost, xForwardedPort, forwarded, expect } = FIELD
const ALWAYS = [hop, keepAlive, connection, upgrade, contentLength, transferEncoding, xRequestId]

/** Fields of a request that are not copied: they end here or are written anew. */
export const DROP_FROM_CLIENT = dropTable(
  ...ALWAYS,
  alias,
  debug,
  expect,
  forwarded,
  xForwardedFor,
  xForwardedProto,
  xForwardedHost,
  xForwardedPort,
)
/** The same when the client is a trusted proxy: what it says about the first client stays, its X-Forwarded-For is appended to. */
export const DROP_FROM_TRUSTED = dropTable(...ALWAYS, alias, debug, expect, xForwardedFor)
/** Fields of a response that are not copied. */
export const DROP_FROM_BACKEND = dropTable(...ALWAYS)
