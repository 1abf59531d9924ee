/** nginx, as a proxy and as the backends. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { firstLine, freePorts, listening, PROXY_CORE, type Running, start, temporary } from '../processes.ts'
import { KEPT_CONNECTIONS, type Peer, type Site } from './peer.ts'

export function nginxVersion(): string | undefined {
  return /nginx\/(\S+)/.exec(firstLine('nginx', ['-v']) ?? '')?.[1]
}

/** Everything outside the servers. All it writes is in `directory`. */
function configuration(directory: string, http: string): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${directory}/${kind};\n`)
    .join('')
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
${process.getuid?.() === 0 ? 'user root;\n' : ''}pid ${directory}/pid;
error_log ${directory}/error.log error;
events { worker_connections 8192; }
http {
${temp}  access_log off;
  sendfile on;
  tcp_nodelay on;
  keepalive_timeout 75s;
  # The default closes a connection after 1,000 requests, which the other peers do not do.
  keepalive_requests 1000000000;
${http}}
`
}

function run(name: string, directory: string, text: string, core: number | undefined): Running {
  const file = join(directory, 'nginx.conf')
  writeFileSync(file, text)
  return start(name, 'nginx', ['-p', directory, '-c', file], { core })
}

/** Three ports of one process with one worker. */
export async function startNginxBackends(ports: readonly number[], core: number): Promise<Running> {
  const directory = temporary('backends')
  writeFileSync(join(directory, '10k'), Buffer.alloc(10 << 10, 'x'))
  writeFileSync(join(directory, '1m'), Buffer.alloc(1 << 20, 'x'))
  const servers = ports
    .map(
      (port) => `  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${directory};
    default_type text/plain;
    location = /small { return 200 "${'x'.repeat(125)}"; }
  }
`,
    )
    .join('')
  const running = run('the backends', directory, configuration(directory, servers), core)
  await listening(running, ports)
  return running
}

function upstream(name: string, ports: readonly number[], keepAlive: number): string {
  const kept = `keepalive ${keepAlive}; keepalive_requests 1000000000;`
  return `  upstream ${name} { ${ports.map((port) => `server 127.0.0.1:${port};`).join(' ')} ${kept} }\n`
}

function proxy(port: number, { files, echoes }: Site): string {
  const fields = `proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Request-Id $request_id;`
  return `${upstream('files', files, KEPT_CONNECTIONS)}${upstream('echoes', echoes, 1)}  server {
    listen 127.0.0.1:${port} backlog=4096;
    # Nothing goes to a file while a client reads slowly; the others have no such files.
    proxy_max_temp_file_size 0;
    location / {
      ${fields}
      proxy_set_header Connection "";
      proxy_pass http://files;
    }
    location /ws {
      ${fields}
      proxy_set_header Connection upgrade;
      proxy_set_header Upgrade $http_upgrade;
      proxy_pass http://echoes;
    }
  }
`
}

export const nginx: Peer = {
  name: 'nginx',
  version: nginxVersion,
  async start(site, how) {
    const [port = 0] = await freePorts(1)
    const directory = temporary('nginx')
    const text = configuration(directory, proxy(port, site))
    const running = run('nginx', directory, text, how.pinned ? PROXY_CORE : undefined)
    await listening(running, [port])
    return { process: running, port }
  },
}
