/** Which part of a request a hash strategy looks at. */
import type { PickRequest } from './strategy.ts'

/** Reads the key; undefined when the request has none (an empty one is none). */
export type KeyReader = (request: PickRequest) => string | undefined

const present = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

/** `on` as in the configuration: `client-ip`, `uri`, `header:<name>`, `cookie:<name>` or `query:<name>`. Throws on anything else. */
export function keyReader(on: string): KeyReader {
  if (on === 'client-ip') return (request) => present(request.clientAddress())
  if (on === 'uri') return (request) => present(request.uri())
  const colon = on.indexOf(':')
  const name = on.slice(colon + 1)
  if (colon > 0 && name !== '') {
    const kind = on.slice(0, colon)
    // Field names are case-insensitive (RFC 9110 §5.1); cookies and query parameters are not.
    const field = name.toLowerCase()
    if (kind === 'header') return (request) => present(request.header(field))
    if (kind === 'cookie') return (request) => present(request.cookie(name))
    if (kind === 'query') return (request) => present(request.query(name))
  }
  throw new TypeError(`not a hash key: ${on}`)
}
