/** The bare http-proxy library of npm: with connections to the backends kept, as every other peer has them, and as it is without an agent. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts, listening, PROXY_CORE, ROOT, start } from '../processes.ts'
import type { Peer } from './peer.ts'

function version(): string | undefined {
  const text = readFileSync(join(ROOT, 'node_modules', 'http-proxy', 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function peer(name: string, keepAlive: boolean): Peer {
  return {
    name,
    version,
    async start(site, how) {
      const [port = 0] = await freePorts(1)
      const script = join(ROOT, 'bench', 'servers', 'http-proxy.ts')
      const args = [script, String(port), site.files.join(), site.echoes.join(), keepAlive ? 'keep' : 'close']
      // The library uses a call that Node warns about on every start.
      const running = start(name, process.execPath, ['--no-deprecation', ...args], {
        core: how.pinned ? PROXY_CORE : undefined,
      })
      await listening(running, [port])
      return { process: running, port }
    },
  }
}

export const httpProxy = peer('http-proxy', true)
/** Without an agent it opens a connection to the backend for every request: what its users have who do not know better. */
export const httpProxyDefaults = peer('http-proxy-defaults', false)
