/** One of two backends, or both, read each request and reset it; nobody takes them out of traffic. */
import net, { type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ExchangeRecord } from '../../shared/api/records.ts'
import {
  type Balancer,
  balance,
  endStory,
  eventually,
  load,
  type NamedBackend,
  onePool,
  startBackends,
} from './world.ts'

/** Reads each request and resets the connection. */
class Resetting {
  readonly name: string
  requests = 0
  address = ''
  private readonly sockets = new Set<Socket>()
  private readonly server = net.createServer((socket) => {
    this.sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('data', () => {
      this.requests += 1
      socket.resetAndDestroy()
    })
  })

  constructor(name: string) {
    this.name = name
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    this.address = `127.0.0.1:${(this.server.address() as AddressInfo).port}`
    return this
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
  }
}

/** Nobody is taken out of traffic for failing. */
const unwatched = { healthCheck: { type: 'none' }, outlier: { enabled: false } }

describe.each(['native', 'http-proxy'])('the retry budget (%s)', (engine) => {
  let balancer: (Balancer & { url: string }) | undefined
  let backends: NamedBackend[] = []
  let resetting: Resetting[] = []
  afterEach(async () => {
    await endStory(balancer, backends)
    for (const one of resetting) one.stop()
    resetting = []
    backends = []
  })

  it('8, 12, 20, 40 and 100 requests at once, half of them reset: no client sees an error', async () => {
    backends = await startBackends(1)
    resetting = [await new Resetting('bad').start()]
    balancer = await balance(onePool([...backends, ...resetting], unwatched, { engine }))
    for (const concurrency of [8, 12, 20, 40, 100])
      expect(await load(balancer.url, { concurrency, requests: concurrency })).toMatchObject({ failed: 0, errors: [] })
    expect(resetting[0]?.requests).toBeGreaterThan(60)
  })

  it('a storm in which every backend fails grows by a fifth at most, and the log says why', async () => {
    resetting = [await new Resetting('one').start(), await new Resetting('two').start()]
    balancer = await balance(onePool(resetting, { ...unwatched, retry: { attempts: 10 } }, { engine }))
    const requests = 2000
    const began = performance.now()
    expect(await load(balancer.url, { concurrency: 50, requests })).toMatchObject({ ok: 0, failed: requests })
    const heard = resetting.reduce((sum, one) => sum + one.requests, 0)
    const windows = Math.ceil((performance.now() - began) / 9000)
    // A hundred in each window of ten seconds or a fifth, and one too many for each of the two threads.
    expect(heard).toBeLessThanOrEqual(requests + Math.max(100 * windows, requests / 5) + 2 * windows)
    expect(heard).toBeGreaterThanOrEqual(requests + 100)
    const refused = await eventually('the records', 5000, async () => {
      const answer = await (balancer as Balancer).api<ExchangeRecord[]>('GET', '/exchanges?status=502&limit=500')
      return answer.body.length > 100 && answer.body
    })
    expect(refused.some(({ notRetried }) => notRetried === 'budget')).toBe(true)
    expect(refused.every(({ notRetried, attempts }) => notRetried === 'budget' || attempts.length === 11)).toBe(true)
  })
})
