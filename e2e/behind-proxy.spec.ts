/** The dashboard below a path of another proxy, at a name over plain HTTP, where browsers keep the clipboard and Sec-Fetch-Site to themselves. */
import http from 'node:http'
import type net from 'node:net'
import { expect, type Page, test } from '@playwright/test'
import { setUp, watch } from './browser.ts'
import {
  type Balancer,
  endStory,
  eventually,
  load,
  type NamedBackend,
  onePool,
  startBackends,
  startBalancer,
} from './traffic/world.ts'

const NAME = 'evenkeel.test'
const root = process.getuid?.() === 0 ? ['--no-sandbox'] : []
test.use({
  launchOptions: {
    executablePath: process.env.EVENKEEL_CHROMIUM ?? '/usr/bin/chromium',
    args: [...root, '--disable-gpu', '--no-first-run', `--host-resolver-rules=MAP ${NAME} 127.0.0.1`],
  },
})

interface Proxy {
  origin: string
  /** Where to, and what becomes of the `/lb/` at the beginning of an address. */
  to(admin: string, put: string): void
  close(): void
}

/** Passes everything below `/lb/` on, with the Host field of the server behind, as proxies do that nobody told otherwise. */
async function startProxy(): Promise<Proxy> {
  let [target, prefix] = [new URL('http://127.0.0.1'), '/']
  const sockets = new Set<net.Socket>()
  const server = http.createServer((request, response) => {
    if (!request.url?.startsWith('/lb/')) return response.writeHead(404).end('nothing of ours')
    const { method, url, headers } = request
    const path = prefix + url.slice('/lb/'.length)
    const passed = http.request(
      { host: target.hostname, port: target.port, method, path, headers: { ...headers, host: target.host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.flushHeaders()
        answer.pipe(response)
      },
    )
    passed.on('error', () => response.destroy())
    response.on('close', () => passed.destroy())
    request.pipe(passed)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://${NAME}:${(server.address() as net.AddressInfo).port}`,
    to(admin, put) {
      target = new URL(admin)
      prefix = put
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

let balancer: Balancer | undefined
let backends: NamedBackend[] = []
let proxy: Proxy
test.beforeEach(async () => {
  proxy = await startProxy()
})
test.afterEach(async () => {
  proxy.close()
  await endStory(balancer, backends)
  balancer = undefined
})

async function start(args: string[], put: string): Promise<Balancer> {
  const running = await startBalancer({ args })
  balancer = running
  backends = await startBackends(1)
  proxy.to(running.admin.replace(/\/lb$/, ''), put)
  const { revision } = await running.status()
  const answer = await running.api('PUT', '/config', onePool(backends), { 'if-match': `"${revision}"` })
  expect(answer.status).toBe(200)
  return running
}

/** What a paste into the filter line of the requests gives. */
async function pasted(page: Page): Promise<string> {
  const line = page.getByRole('textbox', { name: /filter/i })
  await line.fill('')
  await line.focus()
  await page.keyboard.press('Control+V')
  return line.inputValue()
}

for (const [what, put] of [
  ['leaves the path in the address', '/lb/'],
  ['takes the path away', '/'],
] as const)
  test(`a proxy that ${what}: set-up, sign-in, every page, live figures, copying`, async ({ page }) => {
    const name = new URL(proxy.origin).host
    const running = await start(['--admin-path', '/lb/', '--admin-host', name], put)
    const settle = watch(page, proxy.origin)
    expect(running.setupUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/lb\/setup\?token=/)
    await setUp(page, (running.setupUrl ?? '').replace(/^http:\/\/[^/]+/, proxy.origin))

    await page.goto(`${proxy.origin}/lb/`)
    await page.getByRole('main').getByRole('link', { name: 'app', exact: true }).first().click()
    await expect(page).toHaveURL(`${proxy.origin}/lb/pools/app`)
    await page.reload()
    await expect(page.getByRole('heading', { name: 'app', exact: true })).toBeVisible()
    expect(
      await page
        .locator('img[src="/lb/favicon.svg"]')
        .first()
        .evaluate((icon: HTMLImageElement) => icon.naturalWidth),
    ).toBeGreaterThan(0)

    const listener = (await running.status()).listeners[0]
    let stop: () => void = () => undefined
    const until = new Promise<void>((resolve) => {
      stop = resolve
    })
    const traffic = load(`http://${listener?.address}/`, { concurrency: 2, until, pauseMs: 20 })
    const words = () => page.getByRole('main').textContent()
    const before = await words()
    await expect.poll(words, { timeout: 15_000 }).not.toBe(before)

    await page.getByRole('link', { name: 'Requests' }).first().click()
    await expect(page).toHaveURL(`${proxy.origin}/lb/requests`)
    const { body } = await eventually('a request is logged', 10_000, async () => {
      const answer = await running.api<{ id: string }[]>('GET', '/exchanges?limit=1')
      return answer.body.length > 0 && answer
    })
    const id = body[0]?.id ?? ''
    stop()
    await traffic
    await page.goto(`${proxy.origin}/lb/requests?exchange=${id}`)
    expect(await page.evaluate(() => [isSecureContext, 'clipboard' in navigator])).toEqual([false, false])
    const detail = page.getByRole('complementary', { name: 'Request' })
    await detail.getByRole('button', { name: 'Copy request id' }).click()
    await expect(detail.getByRole('button', { name: 'Copied' })).toBeVisible()
    await expect(detail.getByRole('button', { name: 'Copy request id' })).toBeVisible()
    await page.keyboard.press('Escape')
    expect(await pasted(page)).toBe(id)
    await page.goto(`${proxy.origin}/lb/requests?exchange=${id}`)
    await detail.getByRole('button', { name: 'Copy as curl' }).click()
    await expect(detail.getByRole('button', { name: 'Copied' })).toBeVisible()
    await page.keyboard.press('Escape')
    expect(await pasted(page)).toContain(`curl -X GET ${proxy.origin}/lb/api/v1/exchanges/${id}`)

    await page.getByRole('button', { name: /Signed in as/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await expect(page).toHaveURL(/\/lb\/sign-in/)
    await page.goto(`${proxy.origin}/lb/pools/app`)
    await expect(page).toHaveURL(/\/lb\/sign-in/)
    await page.getByLabel('Name').fill('admin')
    await page.getByRole('textbox', { name: 'Passphrase' }).fill('a few good words')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page).toHaveURL(`${proxy.origin}/lb/pools/app`)
    expect((await page.context().cookies()).map(({ path }) => path)).toEqual(['/lb/'])
    settle()

    await page.goto(`${running.admin.replace(/\/lb$/, '')}/pools/app`)
    await expect(page).toHaveURL(/^http:\/\/127\.0\.0\.1:\d+\/lb\/sign-in/)
  })

test('a proxy that changes Host, and nobody told us its name: the refusal says what to set', async ({ page }) => {
  const running = await start(['--admin-path', '/lb/'], '/lb/')
  await page.goto((running.setupUrl ?? '').replace(/^http:\/\/[^/]+/, proxy.origin))
  await page.getByRole('textbox', { name: 'Passphrase' }).fill('a few good words')
  await page.getByRole('button', { name: 'Continue' }).click()
  const { host } = new URL(proxy.origin)
  await expect(page.getByText(`--admin-host ${host}`)).toBeVisible()
  await expect(page.getByText('proxy_set_header Host $http_host')).toBeVisible()
})
