/** The bare http-proxy library of npm. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts, listening, PROXY_CORE, ROOT, start } from '../processes.ts'
import type { Peer } from './peer.ts'

export const httpProxy: Peer = {
  name: 'http-proxy',
  version() {
    const text = readFileSync(join(ROOT, 'node_modules', 'http-proxy', 'package.json'), 'utf8')
    return (JSON.parse(text) as { version: string }).version
  },
  async start(site, how) {
    const [port = 0] = await freePorts(1)
    const args = [join(ROOT, 'bench', 'servers', 'http-proxy.ts'), String(port), site.files.join(), site.echoes.join()]
    // The library uses a call that Node warns about on every start.
    const running = start('http-proxy', process.execPath, ['--no-deprecation', ...args], {
      core: how.pinned ? PROXY_CORE : undefined,
    })
    await listening(running, [port])
    return { process: running, port }
  },
}
