/** What a proxy weighs: at rest, for each idle client, for each WebSocket. A fresh process each time, on the core of the proxy. */
import { join } from 'node:path'
import type { Peer, RunningPeer, Site } from './peers/peer.ts'
import { LOAD_CORE, ROOT, type Running, residentKiB, start, wait } from './processes.ts'

const IDLE_CLIENTS = 2000
const WEBSOCKETS = 1000
/** Enough requests that code is compiled and buffers are there before the clients are counted. */
const WARM_CLIENTS = 200

export interface Memory {
  peer: string
  /** MiB, a few seconds after the start, before any request. */
  restMiB: number
  idle: Weight
  websocket: Weight
  problem?: string
}

export interface Weight {
  clients: number
  held: number
  /** MiB before, with and after the clients. */
  before: number
  during: number
  after: number
  /** KiB for each. */
  each: number
}

async function hold(
  kind: 'http' | 'websocket',
  port: number,
  count: number,
): Promise<{ client: Running; held: number }> {
  const path = kind === 'http' ? '/small' : '/ws'
  const args = [join(ROOT, 'bench', 'clients', 'hold.ts'), kind, String(port), path, String(count)]
  const client = start('held clients', process.execPath, args, { core: LOAD_CORE })
  const end = performance.now() + 30_000
  while (performance.now() < end) {
    const held = /^HELD (\d+)$/m.exec(client.output())?.[1]
    if (held !== undefined) return { client, held: Number(held) }
    await wait(50)
  }
  await client.stop()
  throw new Error(`${count} ${kind} clients were not served within 30 s`)
}

async function weigh(
  peer: RunningPeer,
  kind: 'http' | 'websocket',
  clients: number,
  settleMs: number,
): Promise<Weight> {
  const resident = () => (residentKiB(peer.process.pid) ?? Number.NaN) / 1024
  await (await hold(kind, peer.port, WARM_CLIENTS)).client.stop()
  await wait(settleMs)
  const before = resident()
  const { client, held } = await hold(kind, peer.port, clients)
  await wait(settleMs)
  const during = resident()
  await client.stop()
  await wait(settleMs)
  return { clients, held, before, during, after: resident(), each: ((during - before) * 1024) / held }
}

export async function measureMemory(peer: Peer, site: Site, settleMs: number): Promise<Memory> {
  const fresh = async <T>(use: (running: RunningPeer) => Promise<T>): Promise<T> => {
    const running = await peer.start(site, { workers: 1, pinned: true })
    try {
      return await use(running)
    } finally {
      await running.process.stop()
    }
  }
  const { restMiB, idle } = await fresh(async (running) => {
    await wait(settleMs)
    const restMiB = (residentKiB(running.process.pid) ?? Number.NaN) / 1024
    return { restMiB, idle: await weigh(running, 'http', IDLE_CLIENTS, settleMs) }
  })
  const websocket = await fresh((running) => weigh(running, 'websocket', WEBSOCKETS, settleMs))
  return { peer: peer.name, restMiB, idle, websocket }
}
