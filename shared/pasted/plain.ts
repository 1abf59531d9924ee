/** Plain lists: `10.0.0.1:8080`, `- 10.0.0.1`, `"10.0.0.1:8080",`, `a:1, b:2`, `web1 10.0.0.1:80 weight 10`. */
import { parseHostPort } from '../address.ts'
import { addressBytes } from '../address-range.ts'
import { isOption, takeOptions } from './haproxy.ts'
import { hostOf } from './host.ts'
import { isParameter, readNginx } from './nginx.ts'
import { leftOut, type Reading, type Server } from './server.ts'

const BULLET = /^(?:[-*•·+]|\d{1,4}[.)])$/
/** Keys of other files before an address: `url: http://…`, `"address": "10.0.0.1:80"`. */
const KEY = /^(?:url|uri|address|addr|server|host|target|upstream|dial|backend):$/i

/** Takes off the brackets of a list, which may stand at its first and its last item, but not those of an IPv6 address. */
function withoutList(word: string): string {
  const surplus = word.split('[').length - word.split(']').length
  if (surplus > 0 && word.startsWith('[')) return word.slice(1)
  if (surplus < 0 && word.endsWith(']')) return word.slice(0, -1)
  const inner = word.startsWith('[') && word.endsWith(']') ? word.slice(1, -1) : ''
  return parseHostPort(inner) === undefined ? word : inner
}

/** `["a:1", "b:2"]` and `a:1, b:2`: their items; commas stand in no address. */
function items(words: readonly string[]): string[] {
  return words
    .flatMap((word) => word.split(','))
    .map(withoutList)
    .filter((word) => word !== '')
}

function readOne(word: string): Reading {
  const host = hostOf(word)
  if ('fault' in host) return host
  const notes = host.dropped === undefined ? [] : [`"${host.dropped}" is left out: a backend has no path`]
  return { server: { host: host.host, port: host.port, notes } }
}

function hasPort(word: string): boolean {
  return parseHostPort(word) !== undefined || /^[a-z]+:\/\//i.test(word)
}

function isAddress(word: string): boolean {
  return hasPort(word) || addressBytes(word) !== undefined
}

function withOptions(word: string, options: readonly string[], id?: string): Reading {
  const reading = readOne(word)
  if (!('server' in reading)) return reading
  const server: Server = { ...reading.server, id }
  return takeOptions(server, options) ?? { server }
}

/** Reads the words of a line that belongs to no known file; several addresses give several readings. */
export function readPlain(line: readonly string[]): Reading[] {
  const afterBullet = line[0] !== undefined && BULLET.test(line[0]) ? line.slice(1) : line
  const list = afterBullet.some((word) => word.includes(','))
  const words = items(afterBullet[0] !== undefined && KEY.test(afterBullet[0]) ? afterBullet.slice(1) : afterBullet)
  const [first, second, ...rest] = words
  if (first === undefined) return []
  // A key of YAML: what it holds stands below it.
  if (second === undefined && /^[a-z_][\w-]*:$/i.test(first)) return [leftOut(undefined)]
  if (second === undefined) return [readOne(first)]
  if (list) return words.map(readOne)
  if (isParameter(second)) return [readNginx(words, undefined)]
  if (isOption(second)) return [withOptions(first, [second, ...rest])]
  if (words.every(isAddress)) return words.map(readOne)
  if (!isAddress(first) && hasPort(second)) {
    const id = first.endsWith(':') ? first.slice(0, -1) : first
    return [
      isParameter(rest[0] ?? '') ? named(readNginx(words.slice(1), undefined), id) : withOptions(second, rest, id),
    ]
  }
  const odd = words.find((word) => 'fault' in hostOf(word)) ?? second
  return [{ fault: `"${odd}" is not understood; write one address per line, such as 10.0.0.5:3000` }]
}

function named(reading: Reading, id: string): Reading {
  return 'server' in reading ? { server: { ...reading.server, id } } : reading
}
