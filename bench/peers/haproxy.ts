/** HAProxy with one thread. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { firstLine, freePorts, listening, PROXY_CORE, start, temporary } from '../processes.ts'
import type { Peer } from './peer.ts'

function servers(ports: readonly number[]): string {
  return ports.map((port, index) => `  server b${index + 1} 127.0.0.1:${port} check inter 5s\n`).join('')
}

export const haproxy: Peer = {
  name: 'haproxy',
  version: () => /version (\d[\d.]*)/i.exec(firstLine('haproxy', ['-v']) ?? '')?.[1],
  async start(site, how) {
    const [port = 0] = await freePorts(1)
    const file = join(temporary('haproxy'), 'haproxy.cfg')
    writeFileSync(
      file,
      `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 3s
  timeout client 75s
  timeout server 60s
  timeout tunnel 1h
  timeout http-keep-alive 75s
  option http-keep-alive
  http-reuse always
  balance roundrobin
frontend web
  bind 127.0.0.1:${port} backlog 4096
  option forwardfor
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Request-Id %[uuid]
  use_backend echoes if { path /ws }
  default_backend files
backend files
${servers(site.files)}backend echoes
${servers(site.echoes)}`,
    )
    // -db: in the foreground, as one process.
    const running = start('haproxy', 'haproxy', ['-db', '-f', file], { core: how.pinned ? PROXY_CORE : undefined })
    await listening(running, [port])
    return { process: running, port }
  },
}
