/** Caddy on one core. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { firstLine, freePorts, listening, PROXY_CORE, start, temporary } from '../processes.ts'
import { KEPT_CONNECTIONS, type Peer } from './peer.ts'

function proxy(ports: readonly number[]): string {
  return `reverse_proxy ${ports.map((port) => `127.0.0.1:${port}`).join(' ')} {
      lb_policy round_robin
      header_up X-Request-Id {http.request.uuid}
      transport http {
        versions 1.1
        keepalive_idle_conns_per_host ${KEPT_CONNECTIONS}
      }
    }`
}

export const caddy: Peer = {
  name: 'caddy',
  version: () => firstLine('caddy', ['version'])?.split(' ')[0],
  async start(site, how) {
    const [port = 0] = await freePorts(1)
    const directory = temporary('caddy')
    const file = join(directory, 'Caddyfile')
    writeFileSync(
      file,
      `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  handle /ws {
    ${proxy(site.echoes)}
  }
  handle {
    ${proxy(site.files)}
  }
}
`,
    )
    const running = start('caddy', 'caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {
      core: how.pinned ? PROXY_CORE : undefined,
      env: { GOMAXPROCS: '1', XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
    })
    await listening(running, [port])
    return { process: running, port }
  },
}
