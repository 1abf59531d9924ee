import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { startDemo } from './demo.ts'
import { startSampleBackends } from './demo-backends.ts'
import { rateAt, startTraffic } from './demo-traffic.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** A listener that notes what it is asked; `enough` resolves at the wanted number of requests. */
async function listener(
  wanted: number,
): Promise<{ url: string; seen: IncomingMessage[]; enough: Promise<void>; server: Server }> {
  const seen: IncomingMessage[] = []
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    seen.push(request)
    request.resume()
    response.end('ok')
    if (seen.length >= wanted) resolve()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  cleanUps.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, enough, server }
}

test('the sample backends name themselves in header, page and JSON', async () => {
  const { backends, close } = await startSampleBackends(() => 0.5)
  cleanUps.push(close)
  expect(backends.map(({ id }) => id)).toEqual(['demo-fast', 'demo-slow', 'demo-flaky'])
  for (const { id, address } of backends) {
    const page = await fetch(`http://${address}/`)
    expect(page.headers.get('x-backend')).toBe(id)
    expect(await page.text()).toContain(`Hello from ${id}`)
    const health = await fetch(`http://${address}/health`)
    expect(health.status).toBe(200)
    expect(await health.json()).toMatchObject({ backend: id, ok: true })
  }
})

test('the rate stays between 40 and 60 requests a second', () => {
  for (let ms = 0; ms < 120_000; ms += 250) {
    expect(rateAt(ms)).toBeGreaterThanOrEqual(40)
    expect(rateAt(ms)).toBeLessThanOrEqual(60)
  }
})

test('traffic uses few kept-alive connections, several paths and the host asked for', async () => {
  const { url, seen, enough } = await listener(40)
  const traffic = startTraffic({ target: url, host: 'demo.localhost', startAfterMs: 0 })
  cleanUps.push(() => traffic.stop())
  await enough
  expect(new Set(seen.map(({ url }) => url?.split('?')[0])).size).toBeGreaterThan(2)
  expect(new Set(seen.map(({ socket }) => socket.remotePort)).size).toBeLessThanOrEqual(24)
  expect(seen.every(({ headers }) => headers.host === 'demo.localhost')).toBe(true)
})

test('a proxy that refuses and comes back gets traffic again', async () => {
  const first = await listener(1)
  const { port } = first.server.address() as AddressInfo
  await new Promise((closed) => first.server.close(closed))
  const traffic = startTraffic({ target: `http://127.0.0.1:${port}`, startAfterMs: 0 })
  cleanUps.push(() => traffic.stop())
  const { promise: answered, resolve } = Promise.withResolvers<void>()
  const late = createServer((_, response) => {
    response.end()
    resolve()
  })
  await expect.poll(() => traffic.counts.failed).toBeGreaterThan(0)
  await new Promise<void>((listening) => late.listen(port, '127.0.0.1', listening))
  cleanUps.push(() => {
    late.closeAllConnections()
    late.close()
  })
  await answered
})

test('the demo runs in a thread of its own, sends traffic, and stops more than once', async () => {
  const { url, enough } = await listener(5)
  const demo = await startDemo({ target: url })
  cleanUps.push(() => demo.stop())
  expect(demo.backends).toHaveLength(3)
  const [first] = demo.backends
  expect(Object.keys(first as object)).toEqual(['id', 'address'])
  expect((await fetch(`http://${first?.address}/health`)).status).toBe(200)
  await enough
  await demo.stop()
  await demo.stop()
  await expect(fetch(`http://${first?.address}/health`)).rejects.toThrow()
})
