/** Servers of a Caddyfile: `reverse_proxy app1:8080 app2:8080`, or `to …` in its block. */
import { hostOf } from './host.ts'
import type { Reading } from './server.ts'

/** One upstream: port 80 when it has none; `:9000` is this machine. */
function readUpstream(word: string): Reading {
  if (/^:\d+$/.test(word)) return readUpstream(`localhost${word}`)
  if (/:\d+-\d+$/.test(word)) return { fault: `"${word}" is a range of ports; write one address for each` }
  if (/^srv\+/.test(word)) return { fault: `"${word}" asks a name server for ports (SRV); write host:port` }
  const host = hostOf(/^(?:tcp|tcp4|tcp6)\//.test(word) ? word.slice(word.indexOf('/') + 1) : word, 80)
  if ('fault' in host) return host
  const notes = host.dropped === undefined ? [] : [`"${host.dropped}" is left out: a backend has no path`]
  return { server: { host: host.host, port: host.port, notes } }
}

/** Upstreams after `reverse_proxy` or `to`; a matcher (`/api/*`, `@name`, `*`) says which requests, not where to. */
export function readCaddy(words: string[]): Reading[] {
  const matcher = words[0] !== undefined && /^(?:\/|@|\*$)/.test(words[0])
  return (matcher ? words.slice(1) : words).map(readUpstream)
}
