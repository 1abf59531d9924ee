import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { explainBind } from './bind-error.ts'
import { portHolders } from './port-holder.ts'

const listen = async (host: string) => {
  const server = createServer().listen(0, host)
  await new Promise((resolve) => server.once('listening', resolve))
  return { server, port: (server.address() as { port: number }).port }
}

/** Another process that listens on any port of `host`. */
async function stranger(host: string) {
  const script = `require('net').createServer().listen(0, '${host}', function () { console.log(this.address().port) })`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>((resolve) => child.stdout.once('data', (text) => resolve(Number(text))))
  return { child, port }
}

describe('who holds a port', () => {
  const ends: (() => unknown)[] = []
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })

  it('names this very process', async () => {
    const { server, port } = await listen('127.0.0.1')
    ends.push(() => server.close())
    expect(await portHolders(`127.0.0.1:${port}`)).toEqual({ self: true, others: [] })
    expect(await explainBind({ listener: 'web', bind: `127.0.0.1:${port}`, problem: 'EADDRINUSE' })).toBe(
      `Listener "web" cannot listen on 127.0.0.1:${port}: port ${port} is in use by this very process (another listener, or the dashboard). ` +
        'Stop it, choose another port, or bind another address of this machine.',
    )
  })

  it('names another program with its process id, and takes wildcards for what they are', async () => {
    const { child, port } = await stranger('127.0.0.1')
    ends.push(() => child.kill('SIGKILL'))
    const others = [`node (pid ${child.pid})`]
    for (const bind of ['127.0.0.1', '0.0.0.0', '[::]', 'localhost'])
      expect(await portHolders(`${bind}:${port}`), bind).toEqual({ self: false, others })
    for (const bind of ['127.0.0.2', '[::1]'])
      expect(await portHolders(`${bind}:${port}`), bind).toEqual({ self: false, others: [] })
  })

  it('sees who listens on every address, IPv6 included', async () => {
    const { server, port } = await listen('::1')
    ends.push(() => server.close())
    expect((await portHolders(`[0:0:0:0:0:0:0:1]:${port}`)).self).toBe(true)
    expect((await portHolders(`[::]:${port}`)).self).toBe(true)
    expect((await portHolders(`0.0.0.0:${port}`)).self).toBe(false)
  })
})
