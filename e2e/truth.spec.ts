/** The page tells the truth: about pools that serve little or nothing, about a balancer that is gone, hangs or was updated, and about addresses that lead nowhere. */
import { expect, type Page, test } from '@playwright/test'
import { expectAccessible, setUp, watch } from './browser.ts'
import { type Balancer, endStory, type NamedBackend, startBackends, startBalancer } from './traffic/world.ts'

let balancer: Balancer | undefined
let backends: NamedBackend[] = []

test.afterEach(async () => {
  balancer?.process.kill('SIGCONT')
  await endStory(balancer, backends)
  balancer = undefined
  backends = []
})

/** A balancer with so many backends in its pool, somebody signed in, and the overview open. */
async function open(page: Page, count: number, pool: object = {}): Promise<Balancer> {
  backends = await startBackends(count)
  const running = await startBalancer()
  balancer = running
  const document = {
    version: 1,
    listeners: [{ id: 'web', bind: '127.0.0.1:0' }],
    routes: [{ id: 'default', listener: 'web', action: { type: 'forward', pool: 'app' } }],
    pools: [{ id: 'app', backends: backends.map(({ name, address }) => ({ id: name, address })), ...pool }],
  }
  const { revision } = await running.status()
  expect((await running.api('PUT', '/config', document, { 'if-match': `"${revision}"` })).status).toBe(200)
  await setUp(page, running.setupUrl)
  await page.goto(running.admin)
  await expect(page.getByRole('heading', { level: 1, name: 'The pool is healthy' })).toBeVisible()
  return running
}

const icon = (page: Page) => page.locator('link[rel=icon]').getAttribute('href')
const headline = (page: Page) => page.getByRole('heading', { level: 1 })
const patch = (running: Balancer, id: string, body: object) =>
  running.api('PATCH', `/pools/app/backends/${id}`, body).then(({ status }) => expect(status).toBe(200))

test('headline, sidebar, pool page, title, icon and API say the same of a pool that serves little, or nothing', async ({
  page,
}) => {
  const running = await open(page, 6)
  const settle = watch(page, running.admin)
  await expect(page).toHaveTitle('Evenkeel')
  expect(await icon(page)).toMatch(/favicon\.svg$/)
  const sidebar = page.getByRole('navigation', { name: 'Main' })

  await patch(running, 'b6', { adminState: 'draining' })
  await expect(headline(page)).toHaveText('◐ 5 of 6 backends take traffic (1 draining)')
  await expect(page).toHaveTitle('Evenkeel')
  for (const id of ['b2', 'b3', 'b4', 'b5', 'b6']) await patch(running, id, { adminState: 'disabled' })
  await expect(headline(page)).toHaveText('▲ app: 1 of 6 backends takes traffic (5 disabled)')
  await expect(page).toHaveTitle('▲ 1 problem · Evenkeel')
  expect(await icon(page)).toMatch(/favicon-warning\.svg$/)
  await expect(sidebar.getByRole('link', { name: /app/ })).toHaveAttribute('title', /^1 of 6 backends takes traffic/)
  await expect(sidebar.getByRole('link', { name: /app/ })).toContainText('1/6')
  await expect(page.getByText('If b1 fails, no other takes over.')).toBeVisible()
  await expectAccessible(page)

  await patch(running, 'b1', { adminState: 'draining' })
  await expect(headline(page)).toHaveText('✕ app down: 0 of 6 backends take traffic; every request gets 503')
  await expect(page).toHaveTitle('● app down · Evenkeel')
  expect(await icon(page)).toMatch(/favicon-down\.svg$/)
  const listener = (await running.status()).listeners[0]
  for (let turn = 0; turn < 12; turn++) expect((await fetch(`http://${listener?.address}/`)).status).toBe(503)
  await expect(page.getByRole('img', { name: /app: .* per second refused: no backend/ })).toBeVisible()
  expect((await running.status()).health).toMatchObject({ severity: 'error', brief: 'app down' })

  await sidebar.getByRole('link', { name: /app/ }).click()
  await expect(page.getByText('0 of 6 backends take traffic; every request gets 503').last()).toBeVisible()
  await expect(page).toHaveTitle('● app down · app · Evenkeel')
  await patch(running, 'b1', { adminState: 'active' })
  // For ten seconds the refused requests still count: most requests did fail.
  await expect(page).toHaveTitle('▲ 1 problem · app · Evenkeel', { timeout: 20_000 })
  settle()
})

test('a backup says what it is, and Test shows each step with the start of the response', async ({ page }) => {
  const running = await open(page, 2, { healthCheck: { type: 'http', path: '/health' } })
  const settle = watch(page, running.admin)
  await patch(running, 'b2', { backup: true })
  await page.goto(`${running.admin}/pools/app`)
  const card = page.getByRole('article', { name: 'b2' })
  await expect(card.getByText('backup', { exact: true })).toBeVisible()
  await expect(card.getByText(/backup: takes traffic when no other backend is available/)).toBeVisible()
  await expect(page.getByText('The only backend takes traffic (1 backup stands by)')).toBeVisible()

  const ill = backends[0]
  if (ill === undefined) throw new Error('no backend')
  ill.health = 404
  await page.getByRole('button', { name: 'Test b1' }).click()
  const dialog = page.getByRole('dialog', { name: 'Test of app / b1' })
  await expect(dialog.getByText('It fails')).toBeVisible()
  await expect(dialog.getByRole('listitem')).toHaveText([/DNS/, /Connect/, /HTTP.*status 404/])
  await expect(dialog.getByText('There is nothing at /health. Set healthCheck.path of the pool')).toBeVisible()
  await expect(dialog.getByLabel('Start of the response')).not.toBeEmpty()
  await expectAccessible(page)
  ill.health = 200
  await dialog.getByRole('button', { name: 'Test again' }).click()
  await expect(dialog.getByText('It passes its health check')).toBeVisible()
  settle()
})

test('a balancer that hangs, or is gone, is told of within seconds, and the page comes back by itself', async ({
  page,
}) => {
  test.setTimeout(120_000)
  const running = await open(page, 2)
  const lost = /^\? ?No contact with the balancer for \d+ s; what follows is from \d\d:\d\d:\d\d$/
  running.process.kill('SIGSTOP')
  await expect(headline(page)).toHaveText(lost, { timeout: 10_000 })
  await expect(page).toHaveTitle('? No contact · Evenkeel')
  expect(await icon(page)).toMatch(/favicon-lost\.svg$/)
  await expect(page.getByText(/^No data for \d+ s$/)).toBeVisible()
  await expectAccessible(page)
  running.process.kill('SIGCONT')
  await expect(headline(page)).toHaveText('The pool is healthy', { timeout: 20_000 })
  await expect(page).toHaveTitle('Evenkeel')

  // The other screens are fetched while there is time.
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('setup-page')),
  )
  await running.stop('SIGKILL')
  await expect(headline(page)).toHaveText(lost, { timeout: 10_000 })
  // Never looked at before, and yet it is here: its own words say that nothing can be loaded.
  await page.getByRole('link', { name: 'Requests' }).click()
  await expect(headline(page)).toHaveText('Requests')
  await expect(page).toHaveTitle('? No contact · Requests · Evenkeel')
  await expect(page.getByText(lost)).toBeVisible()
  await expect(page.getByText(/queryFn|Failed to fetch|undefined/)).toHaveCount(0)
  balancer = await startBalancer({ data: running.data, args: ['--admin', new URL(running.admin).host] })
  await expect(page).toHaveTitle('Requests · Evenkeel', { timeout: 20_000 })
  await page.getByRole('link', { name: 'Overview' }).click()
  await expect(headline(page)).toHaveText('The pool is healthy')
})

test('a screen that does not come says so inside the frame, and is there once it can be had', async ({ page }) => {
  let missing = true
  await page.route(/\/assets\/events-page/, (route) => (missing ? route.abort() : route.continue()))
  await page.route(/\/events$/, (route) =>
    missing && route.request().resourceType() === 'fetch' ? route.abort() : route.continue(),
  )
  await open(page, 1)
  await page.getByRole('link', { name: 'Events', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('This page is not here yet')
  await expect(page.getByRole('alert')).toContainText('The balancer cannot be reached')
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()
  missing = false
  await expect(headline(page)).toHaveText('Events', { timeout: 15_000 })
})

test('after an update the page says so and offers to be loaded anew', async ({ page }) => {
  const html = '<!doctype html><div id="root"></div><script type="module" src="/assets/other.js"></script>'
  await page.route(/\/assets\/events-page/, (route) => route.fulfill({ status: 404, json: {} }))
  await page.route(/\/events$/, (route) =>
    route.request().resourceType() === 'fetch'
      ? route.fulfill({ contentType: 'text/html', body: html })
      : route.continue(),
  )
  await open(page, 1)
  await page.getByRole('link', { name: 'Events', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('Evenkeel was updated')
  await page.unroute(/\/assets\/events-page/)
  await page.getByRole('button', { name: 'Reload the page' }).click()
  await expect(headline(page)).toHaveText('Events')
})

test('signing in leads to what was asked for, and never to a stranger', async ({ page }) => {
  const running = await open(page, 1)
  const signIn = async () => {
    await page.getByLabel('Name').fill('admin')
    await page.getByRole('textbox', { name: 'Passphrase' }).fill('a few good words')
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.context().clearCookies()
  await page.goto(`${running.admin}/pools/app?range=24h`)
  await expect(page).toHaveTitle('Sign in · Evenkeel')
  await expect(page).toHaveURL(/\/sign-in\?next=/)
  await signIn()
  await expect(page).toHaveURL(`${running.admin}/pools/app?range=24h`)
  await expect(page).toHaveTitle('app · Evenkeel')

  for (const next of [
    'https://elsewhere.invalid/',
    '//elsewhere.invalid/',
    '/\\elsewhere.invalid',
    '/.//elsewhere.invalid',
  ]) {
    await page.context().clearCookies()
    await page.goto(`${running.admin}/sign-in?next=${encodeURIComponent(next)}`)
    await signIn()
    await expect(headline(page)).toHaveText('The pool is healthy')
    await expect(page).toHaveURL(`${running.admin}/`)
  }
})

test('an address that leads nowhere, and a pool that is not there, have a way back', async ({ page }) => {
  const running = await open(page, 1)
  const settle = watch(page, running.admin)
  for (const [path, title] of [
    ['/nowhere/at/all', 'There is no page at this address'],
    ['/pools/gone', 'There is no pool "gone"'],
  ] as const) {
    await page.goto(running.admin + path)
    await expect(headline(page)).toHaveText(title)
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    await expect(page.getByRole('textbox', { name: 'Search and commands' })).toBeVisible()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Back to the overview' }).click()
    await expect(headline(page)).toHaveText('The pool is healthy')
  }
  settle()
})

test('a tab in the background goes on telling the truth in its title', async ({ page }) => {
  const running = await open(page, 2)
  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
  await hide(true)
  await expect(page.getByText('Paused', { exact: true }).first()).toBeVisible()
  for (const id of ['b1', 'b2']) await patch(running, id, { adminState: 'disabled' })
  await expect(page).toHaveTitle('● app down · Evenkeel', { timeout: 30_000 })
  await hide(false)
  for (const id of ['b1', 'b2']) await patch(running, id, { adminState: 'active' })
  await expect(page).toHaveTitle('Evenkeel')
  await expect(page.getByText('Live', { exact: true }).first()).toBeVisible()
})
