/** Strategies and failing over on real sockets. */
import http from 'node:http'
import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { EventRecord } from '../../shared/api/records.ts'
import {
  type Balancer,
  balance,
  endStory,
  eventually,
  type LoadResult,
  load,
  type NamedBackend,
  onePool,
  startBackends,
  wait,
} from './world.ts'

const HEALTH = { type: 'http', path: '/health', interval: '1s', timeout: '500ms', unhealthyAfter: 2, healthyAfter: 2 }

/** Load that goes on until it is told to end. */
function loading(url: string, concurrency: number, pauseMs: number) {
  let end: () => void = () => undefined
  const until = new Promise<void>((resolve) => {
    end = resolve
  })
  const result = load(url, { concurrency, until, pauseMs })
  return {
    async end(): Promise<LoadResult> {
      end()
      return result
    },
  }
}

describe('choosing and failing over', () => {
  let balancer: (Balancer & { url: string }) | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  const availability = async (id: string) =>
    (await balancer?.status())?.pools[0]?.backends.find((backend) => backend.id === id)?.availability
  const requests = () => backends.map((backend) => backend.requests)

  it('least-time gives a slow backend less, and more again when it is quick again', async () => {
    backends = await startBackends(3)
    balancer = await balance(onePool(backends, { strategy: { type: 'least-time' } }), { workers: 2 })
    const [slow] = backends as [NamedBackend]
    slow.delayMs = 25
    const first = await load(balancer.url, { concurrency: 12, requests: 1500, pauseMs: 5 })
    expect(first.failed).toBe(0)
    const share = (first.byBackend.b1 ?? 0) / 1500
    expect(share).toBeLessThan(0.2)
    expect(share).toBeGreaterThan(0)
    slow.delayMs = 0
    const going = loading(balancer.url, 12, 5)
    const before = requests()
    // Its average falls by half every 10 s: from 25 ms to the 2 of its peers takes 37 s, if nobody tries it before.
    await eventually('a fair share again', 90_000, async () => {
      const from = requests()
      await wait(1000)
      const now = requests().map((count, index) => count - (from[index] as number))
      return (now[0] as number) > 0.2 * now.reduce((sum, count) => sum + count, 0)
    })
    expect((await going.end()).failed).toBe(0)
    expect((requests()[0] as number) - (before[0] as number)).toBeGreaterThan(0)
  }, 150_000)

  it('one that flaps gets traffic only while it is well, and no client sees an error', async () => {
    backends = await startBackends(3)
    balancer = await balance(onePool(backends, { healthCheck: HEALTH }), { workers: 2 })
    const flapping = backends[0] as NamedBackend
    const going = loading(balancer.url, 10, 5)
    for (let turn = 0; turn < 3; turn++) {
      await flapping.kill()
      await eventually('out', 5000, async () => (await availability('b1')) === 'unhealthy')
      const before = flapping.requests
      await wait(300)
      expect(flapping.requests).toBe(before)
      await flapping.start()
      await eventually('back', 8000, async () => (await availability('b1')) === 'healthy')
      await eventually('traffic again', 3000, () => flapping.requests > before)
    }
    const result = await going.end()
    expect(result.errors).toEqual([])
    const { body } = await balancer.api<EventRecord[]>('GET', '/events?kind=availability&backend=b1')
    // One for each flip and the one that found it at the start, not one for each probe or failed request.
    expect(body).toHaveLength(7)
  }, 60_000)

  it('all down and back: 503 meanwhile, and no backend is overrun in the first second', async () => {
    backends = await startBackends(4)
    balancer = await balance(onePool(backends, { healthCheck: HEALTH }), { workers: 2 })
    const going = loading(balancer.url, 24, 20)
    await wait(3000)
    const steady = Math.max(...requests()) / 3
    await Promise.all(backends.map((backend) => backend.kill()))
    await eventually('all out', 5000, async () =>
      (await balancer?.status())?.pools[0]?.backends.every(({ availability }) => availability === 'unhealthy'),
    )
    const refused = await new Promise<http.IncomingMessage>((resolve, reject) =>
      http.get((balancer as { url: string }).url, { agent: false }, resolve).on('error', reject),
    )
    refused.resume()
    expect([refused.statusCode, Number(refused.headers['retry-after']) > 0]).toEqual([503, true])
    const before = requests()
    await Promise.all(backends.map((backend) => backend.start()))
    await eventually('traffic again', 8000, () => requests().some((count, index) => count > (before[index] as number)))
    await wait(1000)
    const firstSecond = requests().map((count, index) => count - (before[index] as number))
    for (const count of firstSecond) expect(count).toBeLessThan(2 * steady)
    await going.end()
  }, 60_000)

  it('two backends: one that starts to fail is ejected on the evidence of the other, within 10 s of traffic', async () => {
    backends = await startBackends(2)
    balancer = await balance(onePool(backends, { healthCheck: { type: 'tcp' } }), { workers: 2 })
    const bad = backends[1] as NamedBackend
    const going = loading(balancer.url, 8, 10)
    await wait(2000)
    bad.failing = 0.4
    const began = performance.now()
    await eventually('ejected', 15_000, async () => (await availability('b2')) === 'ejected')
    expect(performance.now() - began).toBeLessThan(12_000)
    const { body } = await balancer.api<EventRecord[]>('GET', '/events?kind=ejection&backend=b2')
    expect(body[0]?.message).toMatch(/^app \/ b2 is ejected: /)
    const before = bad.requests
    await wait(500)
    expect(bad.requests).toBe(before)
    ;(backends[0] as NamedBackend).failing = 0.9
    await wait(12_000)
    expect(await availability('b1')).toBe('healthy')
    await going.end()
  }, 60_000)

  it('a backend that comes back starts slowly, and says so', async () => {
    backends = await startBackends(2)
    balancer = await balance(onePool(backends, { healthCheck: HEALTH, slowStart: '20s' }), { workers: 2 })
    const back = backends[1] as NamedBackend
    const going = loading(balancer.url, 10, 5)
    // Nobody starts slowly within ten seconds of the start of the process.
    await wait(10_500)
    await back.kill()
    await eventually('out', 5000, async () => (await availability('b2')) === 'unhealthy')
    await back.start()
    const status = await eventually('back', 8000, async () => {
      const now = (await balancer?.status())?.pools[0]?.backends.find(({ id }) => id === 'b2')
      return now?.availability === 'healthy' && now
    })
    expect(status.slowStart).toBeLessThan(0.4)
    const from = requests()
    await wait(2000)
    const [other, own] = requests().map((count, index) => count - (from[index] as number)) as [number, number]
    // From a tenth of the weight at once to a quarter after three seconds: at most a fifth of the traffic.
    expect(own / (own + other)).toBeLessThan(0.25)
    expect(own).toBeGreaterThan(0)
    expect((await going.end()).failed).toBe(0)
  }, 60_000)

  it('an agent takes its backend out of new traffic, and gives it half its weight', async () => {
    backends = await startBackends(2)
    let line = 'ready\n'
    const agent = net.createServer((socket) => socket.end(line))
    await new Promise<void>((resolve) => agent.listen(0, '127.0.0.2', resolve))
    const { port } = agent.address() as net.AddressInfo
    try {
      const agentCheck = { port, interval: '500ms' }
      // Only 127.0.0.2 has an agent: the one of b1 refuses, which changes nothing.
      const members = backends.map(({ name, port: at }, index) => ({ id: name, address: `127.0.0.${index + 1}:${at}` }))
      const pool = { backends: members, agentCheck }
      await (backends[1] as NamedBackend).kill()
      await (backends[1] as NamedBackend).start('127.0.0.2')
      balancer = await balance(onePool([], pool), { workers: 2 })
      line = 'drain\n'
      await eventually('draining', 5000, async () => (await availability('b2')) === 'draining')
      const before = requests()
      expect((await load(balancer.url, { concurrency: 4, requests: 100 })).byBackend).toEqual({ b1: 100 })
      expect(requests()[1]).toBe(before[1])
      line = 'ready 50%\n'
      await eventually('healthy', 5000, async () => (await availability('b2')) === 'healthy')
      const { byBackend } = await load(balancer.url, { concurrency: 4, requests: 300 })
      expect(byBackend.b2).toBeGreaterThan(90)
      expect(byBackend.b2).toBeLessThan(110)
    } finally {
      agent.close()
    }
  })
})
