import net from 'node:net'
import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { configSchema } from '../../shared/config/config.ts'
import { tryBind } from './binds.ts'
import { ListenerGuard } from './listener-guard.ts'
import { createScoreboard, ScoreboardReader } from './scoreboard.ts'
import { Supervisor } from './supervisor.ts'

const slots = [{ pool: '', backend: '', slot: 0 }]

let tried = process.pid
/** A free port that the system does not give to outgoing connections by itself, which could take it between two steps of a story. */
async function quietPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + (tried++ % 10_000)
    if ('port' in (await tryBind(`127.0.0.1:${port}`))) return port
  }
}

/** A supervisor with its guard over one listener that answers 404 to everything. */
async function world(workers: number) {
  const port = await quietPort()
  const config = configSchema.parse({ listeners: [{ id: 'web', bind: `127.0.0.1:${port}` }] })
  const handle = createScoreboard({ slots: 8, workers })
  const told: string[] = []
  let waiting: { word: string; resolve: () => void }[] = []
  const tell = (word: string) => {
    told.push(word)
    for (const waiter of waiting) if (waiter.word === word) waiter.resolve()
    waiting = waiting.filter((waiter) => waiter.word !== word)
  }
  const heard = (word: string) => new Promise<void>((resolve) => waiting.push({ word, resolve }))
  let beforeReopening: () => Promise<void> = async () => undefined
  const supervisor = new Supervisor({
    workers,
    reusePort: true,
    secret: 'a secret',
    via: 'evenkeel',
    allowedAddresses: [],
    scoreboard: handle,
    reader: new ScoreboardReader(handle),
    events: {
      onExchanges: () => undefined,
      onLiveFailure: () => undefined,
      onWorkerDied: () => tell('died'),
      onWorkerBack: () => undefined,
      onListeners: () => undefined,
      onUnheld: () => void beforeReopening().then(() => guard.reopen().then(() => tell('reopened'))),
    },
  })
  const guard = new ListenerGuard({
    supervisor,
    strangers: async () => [],
    explain: async (_, problem) => problem,
    onFailed: (id, _, reason) => tell(`${id}: ${reason}`),
    onOpened: (id) => tell(`${id} is open`),
  })
  supervisor.start()
  await guard.apply(1, config, slots)
  const seats = (supervisor as unknown as { seats: { worker: Worker }[] }).seats
  return {
    supervisor,
    guard,
    told,
    heard,
    port,
    kill: async (index: number) => {
      const died = heard('died')
      await seats[index]?.worker.terminate()
      await died
    },
    whenUnheld: (work: () => Promise<void>) => {
      beforeReopening = work
    },
    end: async () => {
      guard.stop()
      await supervisor.stop(100)
    },
  }
}

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

describe('listener guard', () => {
  const ends: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  it('opens the port again after the only worker has died', async () => {
    const one = await world(1)
    ends.push(one.end)
    expect(await accepts(one.port)).toBe(true)
    const reopened = one.heard('reopened')
    await one.kill(0)
    expect(await accepts(one.port)).toBe(false)
    await reopened
    expect(await accepts(one.port)).toBe(true)
    expect(one.told).toEqual(['died', 'reopened'])
  })

  it('does not share the port with who took it while no worker was there, and takes it back', async () => {
    const one = await world(1)
    ends.push(one.end)
    const thief = net.createServer()
    one.whenUnheld(
      () => new Promise((resolve) => thief.listen({ port: one.port, host: '127.0.0.1', reusePort: true }, resolve)),
    )
    const failed = one.heard('web: EADDRINUSE')
    await one.kill(0)
    await failed
    expect(one.supervisor.listener('web')).toMatchObject({ open: 0, problem: 'EADDRINUSE' })
    expect(one.guard.reason('web')).toBe('EADDRINUSE')
    await new Promise((resolve) => thief.close(resolve))
    const open = one.heard('web is open')
    one.guard.tick()
    await open
    expect(one.supervisor.listener('web')).toMatchObject({ open: 1, problem: null })
    expect(await accepts(one.port)).toBe(true)
  })

  it('lets a worker join its siblings, who hold the port', async () => {
    const two = await world(2)
    ends.push(two.end)
    await two.kill(1)
    expect(await accepts(two.port)).toBe(true)
    await expect.poll(() => two.supervisor.listener('web').open, { timeout: 20_000 }).toBe(2)
    expect(two.told).toEqual(['died'])
  })

  it('survives the death of all workers at once', async () => {
    const three = await world(3)
    ends.push(three.end)
    await Promise.all([three.kill(0), three.kill(1), three.kill(2)])
    await expect.poll(() => three.supervisor.listener('web').open, { timeout: 20_000 }).toBe(3)
    expect(await accepts(three.port)).toBe(true)
    expect(three.told.filter((word) => word.startsWith('web'))).toEqual([])
  })
})
