/** WebSockets pile up under round robin after a backend restarts; switching the strategy in the browser evens them out and cuts none. */
import { expect, test } from '@playwright/test'
import { WebSocket, WebSocketServer } from 'ws'
import { setUp, watch } from './browser.ts'
import { type Balancer, balance, endStory, eventually, NamedBackend, onePool, startBackends } from './traffic/world.ts'

let balancer: (Balancer & { url: string }) | undefined
let backends: NamedBackend[] = []
let clients: WebSocket[] = []

test.afterEach(async () => {
  for (const client of clients) client.terminate()
  clients = []
  await endStory(balancer, backends)
})

function chatBackend(index: number): NamedBackend {
  const sockets = new WebSocketServer({ noServer: true })
  return new NamedBackend(`b${index + 1}`, (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => undefined)
      client.on('message', (text) => client.send(`echo ${text}`))
    })
  })
}

function connect(url: string): Promise<WebSocket> {
  const client = new WebSocket(url.replace('http', 'ws'))
  client.on('error', () => undefined)
  clients.push(client)
  return new Promise((resolve, reject) =>
    client.on('open', () => resolve(client)).on('close', () => reject(new Error('closed'))),
  )
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

async function counts(running: Balancer): Promise<number[]> {
  return (await running.status()).pools[0]?.backends.map((backend) => backend.tunnels) ?? []
}

for (const engine of ['native', 'http-proxy']) {
  test(`chat: least connections fills the emptiest until counts are equal (${engine})`, async ({ page }) => {
    backends = await startBackends(3, chatBackend)
    const running = await balance(onePool(backends, { healthCheck: { type: 'tcp', interval: '1s' } }, { engine }), {
      workers: 3,
    })
    balancer = running
    await Promise.all(Array.from({ length: 30 }, () => connect(running.url)))
    await eventually('all are connected, spread by turns', 5000, async () => {
      const now = await counts(running)
      return sum(now) === 30 && Math.max(...now) - Math.min(...now) <= 3
    })
    const restarted = backends[2] as NamedBackend
    await restarted.kill()
    await restarted.start()
    await eventually('the restarted one is healthy and empty', 10_000, async () => {
      const backend = (await running.status()).pools[0]?.backends[2]
      return backend?.availability === 'healthy' && backend.tunnels === 0
    })
    await Promise.all(Array.from({ length: 6 }, () => connect(running.url)))
    const piled = await eventually('six more', 5000, async () => {
      const now = await counts(running)
      return sum(now) === clients.filter((client) => client.readyState === WebSocket.OPEN).length && now
    })
    expect(Math.max(...piled) - Math.min(...piled)).toBeGreaterThanOrEqual(6)

    const settle = watch(page, running.admin)
    await setUp(page, running.setupUrl)
    await page.goto(`${running.admin}/pools/app`)
    await page.getByRole('button', { name: 'round-robin' }).click()
    await page.getByRole('radio', { name: /Least connections/ }).click()
    await page.getByRole('button', { name: 'Apply' }).click()
    await expect(page.getByRole('button', { name: 'least-connections' })).toBeVisible()
    expect(sum(await counts(running))).toBe(sum(piled))
    const level = Math.max(...piled)
    for (let missing = level * 3 - sum(piled); missing > 0; missing--) await connect(running.url)
    await eventually('equal again', 5000, async () => (await counts(running)).every((count) => count === level))
    const open = clients.filter((client) => client.readyState === WebSocket.OPEN)
    expect(open).toHaveLength(level * 3)
    const echoes = await Promise.all(
      open.map((client, index) => {
        const echo = new Promise<string>((resolve) => client.once('message', (text) => resolve(String(text))))
        client.send(String(index))
        return echo
      }),
    )
    expect(echoes).toEqual(open.map((_, index) => `echo ${index}`))
    settle()
  })
}
