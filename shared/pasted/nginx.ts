/** Server lines of nginx: `server 10.0.0.1:8080 weight=5 max_conns=100 backup;` (ngx_http_upstream_module). */
import { nearest } from '../nearest.ts'
import { hostOf } from './host.ts'
import { CONNECTIONS, count, type Fault, type Reading, type Server, WEIGHTS } from './server.ts'

const flags = new Set(['backup', 'down', 'drain', 'resolve'])
const settings = new Set(['weight', 'max_conns', 'max_fails', 'fail_timeout', 'slow_start', 'route', 'service'])

/** Whether a word can only be a parameter of nginx. */
export function isParameter(word: string): boolean {
  return flags.has(word) || /^[a-z_]+=/i.test(word)
}

function takeFlag(server: Server, word: string): Fault | undefined {
  if (word === 'backup') server.backup = true
  else if (word === 'down') server.adminState = 'disabled'
  else if (word === 'drain') server.adminState ??= 'draining'
  else if (word !== 'resolve') {
    if (settings.has(word)) return { fault: `"${word}" has no value; write ${word}=… without spaces` }
    const meant = nearest(word, [...flags, ...settings])
    return {
      fault: `"${word}" is not understood${meant === undefined ? '; leave it out' : `; did you mean "${meant}"?`}`,
    }
  }
  return undefined
}

function takeSetting(server: Server, word: string, left: string[]): Fault | undefined {
  const cut = word.indexOf('=')
  const [name, value] = [word.slice(0, cut), word.slice(cut + 1)]
  if (name === 'service') return { fault: `"${word}" asks a name server for ports (SRV); write host:port` }
  if (name === 'weight' || name === 'max_conns') {
    const number = count(word, value, name === 'weight' ? WEIGHTS : CONNECTIONS)
    if (typeof number !== 'number') return number
    if (name === 'weight' && number === 0)
      return { fault: '"weight=0" is refused by nginx; write weight=1 or more, or down' }
    if (name === 'weight') server.weight = number
    else server.maxConnections = number
    return undefined
  }
  if (settings.has(name)) {
    left.push(word)
    return undefined
  }
  const meant = nearest(name, settings)
  return {
    fault: `"${word}" is not understood; ${meant === undefined ? 'leave it out' : `did you mean "${meant}=${value}"?`}`,
  }
}

/** Reads the words after `server`: an address (port 80 when it has none) and parameters. */
export function readNginx(words: string[], usualPort: number | undefined = 80): Reading {
  const [address, ...parameters] = words
  if (address === undefined) return { fault: 'this line names no address; write server host:port;' }
  const host = hostOf(address, usualPort)
  if ('fault' in host) return host
  const server: Server = { host: host.host, port: host.port, notes: [] }
  if (host.dropped !== undefined) server.notes.push(`"${host.dropped}" is left out: a backend has no path`)
  const left: string[] = []
  for (const word of parameters) {
    const fault = word.includes('=') ? takeSetting(server, word, left) : takeFlag(server, word)
    if (fault !== undefined) return fault
  }
  if (left.length > 0) server.notes.push(`left out: ${left.join(', ')}`)
  return { server }
}
