/** Tries addresses before they are promised: may this process listen there, and which port does "any" mean? Runs on the main thread. */
import net from 'node:net'
import { formatHostPort, parseHostPort } from '../../shared/address.ts'
import type { Config } from '../../shared/config/config.ts'

/** Opens and closes a socket on the address, without sharing it; answers the port, or the system's error code. */
export function tryBind(bind: string): Promise<{ port: number } | { problem: string }> {
  const at = parseHostPort(bind, true)
  if (at === undefined) return Promise.resolve({ problem: 'EINVAL' })
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ problem: error.code ?? error.message }))
    server.listen({ host: at.host, port: at.port, exclusive: true }, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : at.port
      server.close(() => resolve({ port }))
    })
  })
}

/** Gives "any port" (0) one number that all workers share, and keeps it for as long as the listener keeps its bind. */
export class PortChooser {
  private chosen = new Map<string, string>()

  async settle(config: Config): Promise<Config> {
    const next = new Map<string, string>()
    for (const { id, bind } of config.listeners) {
      if (!bind.endsWith(':0')) continue
      const key = `${id} ${bind}`
      const known = this.chosen.get(key) ?? (await this.choose(bind))
      next.set(key, known)
    }
    this.chosen = next
    const listeners = config.listeners.map((listener) => ({
      ...listener,
      bind: next.get(`${listener.id} ${listener.bind}`) ?? listener.bind,
    }))
    return { ...config, listeners }
  }

  private async choose(bind: string): Promise<string> {
    const tried = await tryBind(bind)
    const at = parseHostPort(bind, true)
    return 'port' in tried && at !== undefined ? formatHostPort({ host: at.host, port: tried.port }) : bind
  }
}
