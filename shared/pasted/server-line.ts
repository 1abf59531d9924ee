/** A `server` line out of its file: nginx and HAProxy both write such, but mean different words. */
import { parseHostPort } from '../address.ts'
import { readHaproxy } from './haproxy.ts'
import { isParameter, readNginx } from './nginx.ts'
import type { Reading } from './server.ts'

/**
 * HAProxy gives a name and then the address; nginx gives the address and then parameters. `semicolon` says that the line ended with
 * one, as nginx's do: then the second word is taken for an address only where it cannot be anything else.
 */
export function readServerLine(words: string[], semicolon: boolean): Reading {
  const [first = '', second] = words
  if (second === undefined || isParameter(second)) return readNginx(words)
  if (!semicolon && parseHostPort(second) !== undefined) return readHaproxy(words)
  if (parseHostPort(first) !== undefined || /^unix:|:\/\//.test(first)) return readNginx(words)
  if (semicolon && parseHostPort(second) === undefined) return readNginx(words)
  return readHaproxy(words)
}
