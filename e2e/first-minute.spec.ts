/** From the first command to live traffic on screen, and what an operator does in the first hour. */
import { expect, test } from '@playwright/test'
import { expectAccessible, setUp, watch } from './browser.ts'
import { type Balancer, endStory, load, type NamedBackend, startBackends, startBalancer } from './traffic/world.ts'

let balancer: Balancer | undefined
let backends: NamedBackend[] = []

test.afterEach(async () => {
  await endStory(balancer, backends)
  balancer = undefined
  backends = []
})

/** A balancer with its listener on any port, so that stories do not meet on 8080. */
async function freshBalancer(): Promise<Balancer> {
  const running = await startBalancer()
  balancer = running
  const { revision } = await running.status()
  const document = {
    version: 1,
    listeners: [{ id: 'web', bind: '127.0.0.1:0' }],
    routes: [{ id: 'default', listener: 'web', action: { type: 'forward', pool: 'app' } }],
    pools: [{ id: 'app' }],
  }
  const put = await running.api('PUT', '/config', document, { 'if-match': `"${revision}"` })
  expect(put.status).toBe(200)
  return running
}

async function traffic(running: Balancer, until: Promise<unknown>) {
  const listener = (await running.status()).listeners[0]
  return load(`http://${listener?.address}/`, { concurrency: 4, until, pauseMs: 20 })
}

test('set-up to live traffic on screen in under a minute, with at most five inputs', async ({ page }) => {
  backends = await startBackends(3)
  const running = await freshBalancer()
  const settle = watch(page, running.admin)
  const began = Date.now()
  await setUp(page, running.setupUrl)
  await expectAccessible(page)
  await page.getByLabel('Addresses').fill(backends.map((backend) => backend.address).join('\n'))
  await expect(page.getByLabel('passed').first()).toBeVisible()
  await page.getByRole('button', { name: 'Add 3 backends' }).click()
  await page.getByRole('button', { name: 'Send a test request' }).click()
  await expect(page.getByText(/app-\d.*answered 200/)).toBeVisible()
  await page.getByRole('button', { name: 'Open the dashboard' }).click()
  await expect(page.getByRole('heading', { name: 'The pool is healthy' })).toBeVisible()
  let stop: () => void = () => undefined
  const loading = traffic(
    running,
    new Promise<void>((resolve) => {
      stop = resolve
    }),
  )
  await expect(page.locator('.ek-strips .name').filter({ hasText: 'app-1' })).toBeVisible()
  await expect(page.locator('.ek-figure .value').first()).not.toHaveText('0', { timeout: 10_000 })
  expect(Date.now() - began).toBeLessThan(60_000)
  await expectAccessible(page)
  stop()
  expect((await loading).failed).toBe(0)
  settle()
})

test('add, weight, strategy, drain with countdown, remove and undo', async ({ page }) => {
  backends = await startBackends(3)
  const running = await freshBalancer()
  const settle = watch(page, running.admin)
  await setUp(page, running.setupUrl)
  await page.getByRole('button', { name: 'Skip to the dashboard' }).click()
  await page.getByRole('button', { name: 'Add backend' }).click()
  await page.getByLabel('Address').fill(backends.map((backend) => backend.address).join('\n'))
  await expect(page.getByRole('dialog').getByLabel('passed').first()).toBeVisible()
  await page.getByRole('button', { name: 'Add 3 backends' }).click()
  await page.getByRole('link', { name: 'app', exact: true }).first().click()
  await expect(page.getByRole('main').getByText('All 3 backends take traffic')).toBeVisible()

  await page.getByRole('button', { name: 'Raise the weight of app-2' }).click()
  await expect(page.getByText(/Weight of app . app-2: 1 → 2/)).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect(page.getByText(/^Undone/)).toBeVisible()
  expect((await running.status()).pools[0]?.backends[1]?.weight).toBe(1)

  await page.getByRole('button', { name: 'round-robin' }).click()
  await expectAccessible(page)
  await page.getByRole('radio', { name: /Least connections/ }).click()
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByRole('button', { name: 'least-connections' })).toBeVisible()

  for (const backend of backends) backend.delayMs = 6000
  const listener = (await running.status()).listeners[0]
  const open = Promise.all(Array.from({ length: 6 }, () => fetch(`http://${listener?.address}/`)))
  await expect.poll(() => backends[0]?.requests).toBeGreaterThan(0)
  const first = (await running.status()).pools[0]?.backends[0]
  await page.getByRole('button', { name: 'Remove app-1' }).click()
  await page.getByRole('button', { name: 'Remove and drain' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Requests left')).toBeVisible()
  await expect(dialog.getByText(/^2\d s$/)).toBeVisible()
  await expectAccessible(page)
  await expect(dialog.getByText('Safe to stop')).toBeVisible({ timeout: 15_000 })
  expect((await open).every((answer) => answer.status === 200)).toBe(true)
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(page.getByRole('main').getByText('All 2 backends take traffic')).toBeVisible()
  expect(
    (await running.status()).pools[0]?.backends.some((backend) => backend.address === first?.address && !backend.drain),
  ).toBe(false)
  settle()
})

test('charts keep their history over a restart, and a backend that fails is told with its reason', async ({ page }) => {
  backends = await startBackends(2)
  let running = await freshBalancer()
  await running.api(
    'POST',
    '/pools/app/backends',
    backends.map(({ name, address }) => ({ id: name, address })),
  )
  await setUp(page, running.setupUrl)
  let stop: () => void = () => undefined
  const loading = traffic(
    running,
    new Promise<void>((resolve) => {
      stop = resolve
    }),
  )
  await page.goto(`${running.admin}/pools/app`)
  await expect(page.getByRole('main').getByText('All 2 backends take traffic')).toBeVisible()
  await page.waitForTimeout(4000)
  stop()
  expect((await loading).failed).toBe(0)
  await running.stop('SIGTERM')
  running = await startBalancer({ data: running.data })
  balancer = running
  await page.goto(`${running.admin}/sign-in`)
  const settle = watch(page, running.admin)
  await page.getByLabel('Name').fill('admin')
  await page.getByRole('textbox', { name: 'Passphrase' }).fill('a few good words')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.goto(`${running.admin}/pools/app`)
  await page.getByRole('button', { name: 'More for Responses per second' }).click()
  await page.getByRole('menuitem', { name: 'View as table' }).click()
  const counts = page
    .getByRole('region', { name: 'Responses per second as a table' })
    .locator('tbody tr td:nth-child(2)')
  // A step of ten seconds is told when it is over.
  await expect
    .poll(async () => (await counts.allTextContents()).some((text) => Number.parseFloat(text) > 1), { timeout: 20_000 })
    .toBe(true)
  await backends[1]?.kill()
  await expect(page.getByText('Unhealthy', { exact: true })).toBeVisible({ timeout: 15_000 })
  await expect(page.getByText(/connection refused/).first()).toBeVisible()
  await expect(page).toHaveTitle('▲ 1 problem · app · Evenkeel')
  settle()
})

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [360, 1280]) {
    test(`axe finds nothing on any screen: ${scheme}, ${width} px`, async ({ page }) => {
      // Ten screens and more, each looked through in full: on a busy machine that is more than a story's minute.
      test.setTimeout(150_000)
      backends = await startBackends(2)
      const running = await freshBalancer()
      await running.api(
        'POST',
        '/pools/app/backends',
        backends.map(({ name, address }) => ({ id: name, address })),
      )
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme: scheme })
      const settle = watch(page, running.admin)
      await setUp(page, running.setupUrl)
      const screens = [
        '/',
        '/events',
        '/requests?q=status:abc',
        '/requests?exchange=unknown',
        '/pools/app',
        '/pools/app?view=table',
        '/pools/app?dialog=add-backend&in=app',
        '/pools/app?dialog=remove-backend&in=app&backend=b1',
        '/pools/app?dialog=strategy&in=app',
        '/setup',
        '/sign-in',
      ]
      for (const screen of screens) {
        await page.goto(running.admin + screen)
        await expect(page.getByRole('heading').first()).toBeVisible()
        await page.waitForTimeout(700)
        await expectAccessible(page)
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
          0,
        )
      }
      settle()
    })
  }
}
