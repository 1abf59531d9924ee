/** The queue of a full pool on real sockets: who fits waits, who does not is told to come back, and nobody is forgotten. */
import http from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type Balancer, balance, endStory, eventually, NamedBackend, onePool, startBackends, wait } from './world.ts'

interface Answer {
  status: number
  retryAfter: string | undefined
  tookMs: number
}

const ask = (url: string, options: http.RequestOptions = {}, body?: string) =>
  new Promise<Answer>((resolve, reject) => {
    const began = performance.now()
    const request = http.request(url, { agent: false, ...options }, (answer) => {
      answer.resume()
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          retryAfter: answer.headers['retry-after'],
          tookMs: performance.now() - began,
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })

const slow = (delayMs: number) => (index: number) => {
  const backend = new NamedBackend(`b${index + 1}`)
  backend.delayMs = delayMs
  return backend
}

describe.each(['native', 'http-proxy'] as const)('a full pool (%s)', (engine) => {
  let balancer: (Balancer & { url: string }) | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  const start = async (delayMs: number, queue: object) => {
    backends = await startBackends(2, slow(delayMs))
    const members = backends.map(({ name, address }) => ({ id: name, address, maxConnections: 2 }))
    balancer = await balance(onePool([], { backends: members, queue }, { engine }), { workers: 2 })
    return balancer
  }
  const nothingLeft = (at: Balancer) =>
    eventually('nothing in flight', 3000, async () => {
      const status = await at.status()
      return status.pools[0]?.backends.every(({ inFlight }) => inFlight === 0)
    })

  it('lets as many wait as the queue holds over all workers, and refuses the rest at once', async () => {
    const at = await start(400, { size: 4, timeout: '10s' })
    const answers = await Promise.all(Array.from({ length: 14 }, () => ask(at.url, { method: 'POST' }, 'a body')))
    const ok = answers.filter(({ status }) => status === 200)
    const refused = answers.filter(({ status }) => status === 503)
    expect([ok.length, refused.length]).toEqual([8, 6])
    expect(refused.every(({ retryAfter, tookMs }) => Number(retryAfter) > 0 && tookMs < 350)).toBe(true)
    expect(backends.map(({ requests }) => requests).sort()).toEqual([4, 4])
    await nothingLeft(at)
    expect((await ask(at.url)).status).toBe(200)
  })

  it('lets nobody wait longer than the limit, and forgets who has left', async () => {
    const at = await start(2500, { size: 10, timeout: '600ms' })
    const working = Array.from({ length: 4 }, () => ask(at.url))
    await eventually('all places taken', 3000, async () => {
      const status = await at.status()
      return (status.pools[0]?.backends.reduce((sum, { inFlight }) => sum + inFlight, 0) ?? 0) === 4
    })
    const left = http.get(at.url, { agent: false })
    left.on('error', () => undefined)
    await wait(100)
    left.destroy()
    const late = await ask(at.url)
    expect(late.status).toBe(503)
    expect(late.tookMs).toBeGreaterThan(550)
    expect(late.tookMs).toBeLessThan(2000)
    expect((await Promise.all(working)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(backends.map(({ requests }) => requests)).toEqual([2, 2])
    await nothingLeft(at)
  })
})
