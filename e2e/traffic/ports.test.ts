/** Ports that somebody else has: nothing is shared by accident, and whoever waits for a port gets it when it is free. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { EventRecord } from '../../shared/api/records.ts'
import { type Balancer, endStory, eventually, load, type NamedBackend, startBackends, startBalancer } from './world.ts'

let tried = process.pid
/** A free port that the system does not give to outgoing connections by itself, which could take it between two steps of a story. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + (tried++ % 10_000)
    const server = net.createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.on('error', () => resolve(false))
      server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
}

/** Another program that listens on a port. */
async function stranger(port: number, host = '127.0.0.1') {
  const script = `require('net').createServer().listen(${port}, '${host}', () => console.log('listening'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return { pid: child.pid as number, end: () => void child.kill('SIGKILL') }
}

describe('a port that is taken', () => {
  const running: Balancer[] = []
  let backends: NamedBackend[] = []
  const directories: string[] = []
  const ends: (() => void)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0)) end()
    await Promise.all(running.splice(0).map((balancer) => endStory(balancer, [])))
    await endStory(undefined, backends.splice(0))
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
  })

  function configFile(bind: string, backend: NamedBackend, engine = 'native'): string {
    const directory = mkdtempSync(join(tmpdir(), 'evenkeel-ports-'))
    directories.push(directory)
    const file = join(directory, 'config.yaml')
    const document = {
      version: 1,
      listeners: [{ id: 'web', bind, engine }],
      routes: [{ id: 'all', listener: 'web', action: { type: 'forward', pool: 'app' } }],
      pools: [
        {
          id: 'app',
          healthCheck: { type: 'none' },
          backends: [{ id: backend.name, address: backend.address }],
        },
      ],
    }
    writeFileSync(file, stringify(document))
    return file
  }

  async function start(bind: string, backend: NamedBackend, options: { engine?: string; args?: string[] } = {}) {
    const args = ['--config', configFile(bind, backend, options.engine), ...(options.args ?? [])]
    const balancer = await startBalancer({ args })
    running.push(balancer)
    return balancer
  }

  const listener = async (balancer: Balancer) => (await balancer.status()).listeners[0]
  const ready = async (balancer: Balancer) => {
    const answer = await fetch(`${balancer.admin}/readyz`)
    return { status: answer.status, text: await answer.text() }
  }
  const events = async (balancer: Balancer) =>
    (await balancer.api<EventRecord[]>('GET', '/events?kind=listener')).body.map((event) => event.message)

  it.each(['native', 'http-proxy'])(
    'a second balancer does not share the port, says who has it, and takes over when it is free (%s)',
    async (engine) => {
      backends = await startBackends(2)
      const port = await freePort()
      const [one, two] = backends as [NamedBackend, NamedBackend]
      const first = await start(`127.0.0.1:${port}`, one, { engine })
      const second = await start(`127.0.0.1:${port}`, two, { engine })

      const reason = `port ${port} is in use by node server/main.ts (pid ${first.process.pid}). Stop it, choose another port, or bind another address of this machine.`
      expect(second.output()).toContain(`listener "web"   NOT LISTENING: ${reason} It is tried again by itself.`)
      expect(await listener(second)).toMatchObject({
        condition: 'failed',
        problem: `${reason} It is tried again by itself.`,
      })
      expect((await second.status()).attention[0]).toMatchObject({
        key: 'listener:web',
        severity: 'error',
        title: `Listener web is not listening on 127.0.0.1:${port}`,
      })
      expect(await ready(second)).toEqual({
        status: 503,
        text: `listener web is not listening: ${reason} It is tried again by itself.\n`,
      })
      expect(await events(second)).toEqual([`listener web is not listening on 127.0.0.1:${port}: ${reason}`])
      expect((await ready(first)).status).toBe(200)

      const url = `http://127.0.0.1:${port}/`
      expect(await load(url, { concurrency: 8, requests: 200 })).toMatchObject({ ok: 200, byBackend: { b1: 200 } })

      expect(await first.stop('SIGTERM')).toBe(0)
      await eventually(
        'the second one listens',
        10_000,
        async () => (await listener(second))?.condition === 'listening',
      )
      expect(await load(url, { concurrency: 8, requests: 200 })).toMatchObject({ ok: 200, byBackend: { b2: 200 } })
      expect((await ready(second)).status).toBe(200)
      expect((await second.status()).attention.filter(({ key }) => key.startsWith('listener'))).toEqual([])
      expect((await events(second))[0]).toBe(`listener web is listening on 127.0.0.1:${port} now`)
    },
  )

  it('of two that start at the same moment exactly one listens', async () => {
    backends = await startBackends(2)
    const [one, two] = backends as [NamedBackend, NamedBackend]
    for (let round = 0; round < 4; round++) {
      const port = await freePort()
      const both = await Promise.all([start(`0.0.0.0:${port}`, one), start(`127.0.0.1:${port}`, two)])
      const conditions = await Promise.all(both.map(async (balancer) => (await listener(balancer))?.condition))
      expect(conditions.sort()).toEqual(['failed', 'listening'])
      await Promise.all(running.splice(0).map((balancer) => endStory(balancer, [])))
    }
  })

  it.each([
    ['[::]', '0.0.0.0'],
    ['0.0.0.0', '[::]'],
    ['0.0.0.0', '127.0.0.1'],
  ])('%s and %s are in each other’s way', async (held, wanted) => {
    backends = await startBackends(1)
    const port = await freePort()
    await start(`${held}:${port}`, backends[0] as NamedBackend)
    const second = await start(`${wanted}:${port}`, backends[0] as NamedBackend)
    expect((await listener(second))?.condition).toBe('failed')
  })

  it('another program is named, and the port is taken when that one ends', async () => {
    backends = await startBackends(1)
    const port = await freePort()
    const program = await stranger(port, '0.0.0.0')
    ends.push(program.end)
    const balancer = await start(`127.0.0.1:${port}`, backends[0] as NamedBackend)
    expect((await listener(balancer))?.problem).toContain(`port ${port} is in use by node (pid ${program.pid}).`)
    program.end()
    await eventually('it listens', 10_000, async () => (await ready(balancer)).status === 200)
  })

  it('a listener moves to another address of the same port, and back, while it serves', async () => {
    backends = await startBackends(1)
    const port = await freePort()
    const balancer = await start(`0.0.0.0:${port}`, backends[0] as NamedBackend)
    for (const bind of [`127.0.0.1:${port}`, `0.0.0.0:${port}`]) {
      const answer = await balancer.api('PATCH', '/listeners/web', { bind })
      expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200 })
      expect(await listener(balancer)).toMatchObject({ condition: 'listening', address: bind, problem: null })
      const url = `http://127.0.0.1:${port}/`
      expect(await load(url, { concurrency: 4, requests: 40 })).toMatchObject({ ok: 40, failed: 0 })
    }
  })

  it('a dashboard whose port is taken does not keep traffic waiting, and opens when it is free', async () => {
    backends = await startBackends(1)
    const port = await freePort()
    const program = await stranger(port)
    ends.push(program.end)
    const balancer = await start('127.0.0.1:0', backends[0] as NamedBackend, { args: ['--admin', `127.0.0.1:${port}`] })
    expect(balancer.output()).toContain(`NOT LISTENING: port ${port} is in use by node (pid ${program.pid})`)
    const url = Object.values(balancer.listeners)[0] as string
    expect(await load(url, { concurrency: 4, requests: 40 })).toMatchObject({ ok: 40, failed: 0 })
    program.end()
    await eventually('the dashboard is open', 10_000, async () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        (answer) => answer.status === 200,
        () => false,
      ),
    )
  })

  it('ends with the reason when neither dashboard nor traffic can be served', async () => {
    backends = await startBackends(1)
    const [admin, port] = [await freePort(), await freePort()]
    for (const taken of [admin, port]) ends.push((await stranger(taken)).end)
    const started = start(`127.0.0.1:${port}`, backends[0] as NamedBackend, { args: ['--admin', `127.0.0.1:${admin}`] })
    await expect(started).rejects.toThrow(
      new RegExp(
        `exited with 1[\\s\\S]*neither dashboard nor traffic can be served. Dashboard: port ${admin} is in use by node`,
      ),
    )
  })
})
