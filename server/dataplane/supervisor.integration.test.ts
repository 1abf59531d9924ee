import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { configSchema } from '../../shared/config/config.ts'
import { tryBind } from './binds.ts'
import { createScoreboard, ScoreboardReader } from './scoreboard.ts'
import { Supervisor } from './supervisor.ts'

/** A supervisor over one backend, with everything it tells. */
async function world() {
  const backend = http.createServer((_, response) => response.end('hello'))
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
  const tried = await tryBind('127.0.0.1:0')
  const port = 'port' in tried ? tried.port : 0
  const config = configSchema.parse({
    listeners: [{ id: 'web', bind: `127.0.0.1:${port}` }],
    routes: [{ id: 'all', listener: 'web', action: { type: 'forward', pool: 'app' } }],
    pools: [{ id: 'app', backends: [{ id: 'a', address: `127.0.0.1:${(backend.address() as AddressInfo).port}` }] }],
  })
  const handle = createScoreboard({ slots: 8, workers: 3 })
  const reader = new ScoreboardReader(handle)
  const told: string[] = []
  const waiting: { word: string; resolve: () => void }[] = []
  const tell = (word: string) => {
    told.push(word)
    for (const waiter of waiting) if (waiter.word === word) waiter.resolve()
  }
  const supervisor = new Supervisor({
    workers: 3,
    reusePort: true,
    secret: 'a secret',
    via: 'evenkeel',
    allowedAddresses: [],
    scoreboard: handle,
    reader,
    events: {
      onExchanges: () => undefined,
      onLiveFailure: () => undefined,
      onWorkerDied: (index) => tell(`died ${index}`),
      onWorkerBack: (index) => tell(`back ${index}`),
      onListeners: () => undefined,
      onUnheld: () => undefined,
    },
  })
  supervisor.start()
  const slots = [
    { pool: '', backend: '', slot: 0 },
    { pool: 'app', backend: '', slot: 1 },
    { pool: 'app', backend: 'a', slot: 2 },
  ]
  await supervisor.apply(1, config, slots)
  supervisor.setFacts([{ slot: 2, health: 'healthy', ejected: false }])
  const heard = (word: string) =>
    told.includes(word) ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ word, resolve }))
  const end = async () => {
    await supervisor.stop(500)
    backend.closeAllConnections()
    await new Promise((resolve) => backend.close(resolve))
  }
  return { supervisor, reader, heard, end, url: `http://127.0.0.1:${port}/` }
}

const get = (url: string) =>
  new Promise<number>((resolve, reject) => {
    http
      .get(url, { agent: false }, (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode ?? 0))
      })
      .on('error', reject)
  })

describe('supervisor', () => {
  let end: (() => Promise<void>) | undefined
  afterEach(() => end?.())

  it('starts a crashed worker again while the others serve on, and its leases do not stay behind', async () => {
    const { supervisor, reader, heard, end: stop, url } = await world()
    end = stop
    expect(await Promise.all(Array.from({ length: 12 }, () => get(url)))).toEqual(Array(12).fill(200))
    const seats = (supervisor as unknown as { seats: { worker: Worker }[] }).seats
    // A message that no version sends: the worker throws where nothing catches it, as a defect of ours would.
    seats[1]?.worker.postMessage({ type: 'apply', revision: 2, config: null, slots: [], facts: [] })
    await heard('died 1')
    const during = await Promise.all(Array.from({ length: 20 }, () => get(url)))
    expect(during).toEqual(Array(20).fill(200))
    await heard('back 1')
    expect(supervisor.workers().map((worker) => worker.restarts)).toEqual([0, 1, 0])
    expect(await Promise.all(Array.from({ length: 20 }, () => get(url)))).toEqual(Array(20).fill(200))
    // The client has its answer a moment before the worker has given the lease back.
    await expect.poll(() => reader.inFlight(2)).toBe(0)
  })
})
