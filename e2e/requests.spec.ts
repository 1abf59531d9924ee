/** The request log: live tail, filter, pause, detail with its reasons, deep link. */
import { expect, type Page, test } from '@playwright/test'
import { expectAccessible, setUp, watch } from './browser.ts'
import { type Balancer, endStory, load, type NamedBackend, startBackends, startBalancer } from './traffic/world.ts'

let balancer: Balancer | undefined
let backends: NamedBackend[] = []

test.afterEach(async () => {
  await endStory(balancer, backends)
  balancer = undefined
  backends = []
})

/** Two backends behind one listener, and somebody signed in. */
async function world(page: Page): Promise<{ running: Balancer; send: (path: string) => Promise<string> }> {
  backends = await startBackends(2)
  const running = await startBalancer()
  balancer = running
  const { revision } = await running.status()
  const document = {
    version: 1,
    listeners: [{ id: 'web', bind: '127.0.0.1:0' }],
    routes: [{ id: 'default', listener: 'web', action: { type: 'forward', pool: 'app' } }],
    pools: [{ id: 'app', backends: backends.map(({ name, address }) => ({ id: name, address })) }],
  }
  const put = await running.api('PUT', '/config', document, { 'if-match': `"${revision}"` })
  expect(put.status).toBe(200)
  await setUp(page, running.setupUrl)
  await expect
    .poll(async () => (await running.status()).pools[0]?.backends.map(({ availability }) => availability))
    .toEqual(['healthy', 'healthy'])
  const listener = (await running.status()).listeners[0]?.address
  return {
    running,
    async send(path) {
      const answer = await fetch(`http://${listener}${path}`)
      await answer.text()
      return answer.headers.get('x-request-id') ?? ''
    },
  }
}

const rows = (page: Page) => page.locator('[data-row]')
const park = (page: Page) => page.mouse.move(5, 5)

test('a request is on screen within two seconds, can be filtered, held back and opened', async ({ page }) => {
  const { running, send } = await world(page)
  const settle = watch(page, running.admin)
  await page.goto(`${running.admin}/requests`)
  await expect(page.getByText('No request has been logged yet')).toBeVisible()
  await expect(page.getByLabel('The same by command')).toContainText(/curl -i http:\/\/127\.0\.0\.1:\d+\//)
  await park(page)

  await send('/first')
  await expect(rows(page).filter({ hasText: '/first' })).toBeVisible({ timeout: 2000 })
  await send('/login?next=/')
  await expect(rows(page)).toHaveCount(2, { timeout: 2000 })

  await page.keyboard.press('/')
  await page.keyboard.type('path:/login colour:red')
  await expect(rows(page)).toHaveCount(1)
  await expect(page.getByText(/there is no "colour"/)).toBeVisible()
  await expect(page).toHaveURL(/q=path/)
  await send('/other')
  await send('/login')
  await expect(rows(page)).toHaveCount(2, { timeout: 2000 })
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await expect(rows(page)).toHaveCount(4)

  await rows(page).first().hover()
  await send('/while-reading')
  await expect(page.getByText('Paused: 1 new')).toBeVisible({ timeout: 2000 })
  await expect(rows(page)).toHaveCount(4)
  await park(page)
  await expect(rows(page)).toHaveCount(5)
  await page.getByRole('button', { name: 'Pause' }).click()
  await send('/while-held')
  await expect(page.getByText('Paused: 1 new')).toBeVisible({ timeout: 2000 })
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(rows(page)).toHaveCount(6)
  await expectAccessible(page)

  await rows(page).filter({ hasText: '/first' }).click()
  const detail = page.getByRole('complementary', { name: 'Request' })
  await expect(detail.getByText('Where the time went')).toBeVisible()
  await expect(detail.getByText(/round-robin chose/)).toBeVisible()
  await expect(detail.getByText('chosen')).toBeVisible()
  await expect(page).toHaveURL(/exchange=/)
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(detail).toBeHidden()
  await expect(page).not.toHaveURL(/exchange=/)
  settle()
})

test('the detail opens by its address and tells every attempt; keys lead there and through the rows', async ({
  page,
}) => {
  const { running, send } = await world(page)
  await backends[1]?.kill()
  const ids = [await send('/one'), await send('/two'), await send('/three')]
  const settle = watch(page, running.admin)
  await expect
    .poll(async () => (await running.api<{ id: string }[]>('GET', '/exchanges')).body.length)
    .toBeGreaterThanOrEqual(ids.length)
  const { body } = await running.api<{ id: string; attempts: unknown[] }[]>('GET', '/exchanges')
  const retried = body.find(({ attempts }) => attempts.length === 2)
  await page.goto(`${running.admin}/requests?exchange=${retried?.id ?? ids[0]}`)
  const detail = page.getByRole('complementary', { name: 'Request' })
  await expect(detail.getByRole('heading', { name: 'Why this backend' })).toBeVisible()
  if (retried !== undefined) await expect(detail.getByRole('list', { name: 'Attempts' }).locator('li')).toHaveCount(2)
  await page.goto(`${running.admin}/requests?exchange=01-nothing`)
  await expect(detail.getByText('not in the log')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(detail).toBeHidden()
  await page.keyboard.press('g')
  await page.keyboard.press('e')
  await expect(page.getByRole('heading', { name: 'Events' })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('q')
  await expect(page.getByRole('heading', { name: 'Requests', exact: true })).toBeVisible()
  await expect(rows(page).first()).toBeVisible()
  await page.keyboard.press('j')
  await expect(rows(page).first()).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(detail.getByText('Where the time went')).toBeVisible()
  settle()
})

test('the verdict says what happened; the list stays usable beside it, and arrow keys lead through it', async ({
  page,
}) => {
  const { running, send } = await world(page)
  const settle = watch(page, running.admin)
  for (const one of backends) one.failing = 1
  await send('/first')
  await send('/second')
  for (const one of backends) one.failing = 0
  await send('/third')
  await page.goto(`${running.admin}/requests`)
  await expect(rows(page)).toHaveCount(3)
  await expect(rows(page).first()).toContainText(/app \/ b[12]/)
  const detail = page.getByRole('complementary', { name: 'Request' })
  await rows(page).filter({ hasText: '/second' }).click()
  await expect(detail.getByText(/^b[12] answered 500 itself\. Not retried: 500 is not in retry\.on\.$/)).toBeVisible()
  await expect(detail.getByRole('list', { name: 'Attempts' }).getByTitle('failed')).toHaveCount(1)
  await expect(detail.getByText('2 of 3')).toBeVisible()

  // Newer and older; the row that had the focus hands it on.
  await page.keyboard.press('ArrowLeft')
  await expect(detail.getByText(/^b[12] answered 200\.$/)).toBeVisible()
  await expect(detail.getByRole('list', { name: 'Attempts' }).getByTitle('went well')).toHaveCount(1)
  await expect(rows(page).filter({ hasText: '/third' })).toBeFocused()
  await page.keyboard.press('ArrowLeft')
  await expect(detail.getByText('1 of 3')).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(detail.getByText('3 of 3')).toBeVisible()
  await expect(rows(page).filter({ hasText: '/first' })).toHaveAttribute('aria-current', 'page')
  // A button keeps the focus too, also at the end of the list.
  const newer = detail.getByRole('button', { name: 'Newer request' })
  await newer.click()
  await newer.click()
  await expect(detail.getByText('1 of 3')).toBeVisible()
  await expect(newer).toBeFocused()
  // The list can be used beside it, and typing is not taken for steps.
  await rows(page).filter({ hasText: '/first' }).click()
  await expect(detail.getByText('3 of 3')).toBeVisible()
  await page.getByRole('textbox', { name: 'Filter' }).fill('path:/first')
  await page.keyboard.press('ArrowLeft')
  await expect(detail.getByText('1 of 1')).toBeVisible()
  await detail.getByRole('button', { name: 'Close' }).click()
  await expect(detail).toBeHidden()
  settle()
})

test('on a phone the detail lies over the list, and steps lead on', async ({ page }) => {
  const { running, send } = await world(page)
  await page.setViewportSize({ width: 390, height: 844 })
  const settle = watch(page, running.admin)
  await send('/first')
  await send('/second')
  await page.goto(`${running.admin}/requests`)
  await rows(page).filter({ hasText: '/second' }).click()
  const detail = page.getByRole('dialog')
  await expect(detail.getByText('1 of 2')).toBeVisible()
  await detail.getByRole('button', { name: 'Older request' }).click()
  await expect(detail.getByText('/first')).toBeVisible()
  await page.keyboard.press('ArrowLeft')
  await expect(detail.getByText('/second')).toBeVisible()
  // While it slides in, it is see-through.
  await page.waitForTimeout(500)
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(detail).toBeHidden()
  settle()
})

test('the page says how far back it reaches; errors outlive plain traffic and a restart, and the past is paged', async ({
  page,
}) => {
  const { running, send } = await world(page)
  for (const one of backends) one.failing = 1
  const id = await send('/the-error')
  for (const one of backends) one.failing = 0
  // More than one page of plain traffic above it; at most so many of it are logged a second.
  const listener = (await running.status()).listeners[0]?.address
  const logged = async () =>
    (await running.api<unknown[]>('GET', '/exchanges?loggedBecause=sample&limit=500')).body.length
  while ((await logged()) < 500) await load(`http://${listener}/plain`, { concurrency: 10, requests: 200 })
  await page.goto(`${running.admin}/requests`)
  await expect(
    page.getByText(/Errors and slow requests since \d\d:\d\d \(kept for 7 days\), samples of the others since/),
  ).toBeVisible()
  await expect(page.getByText('Newest 500 requests')).toBeVisible()
  await page.locator('.ek-req-box').evaluate((box) => box.scrollTo(0, box.scrollHeight))
  await page.getByRole('button', { name: 'Show older requests' }).click()
  await expect(page.getByText('The log has nothing older.')).toBeAttached()
  await page.locator('.ek-req-box').evaluate((box) => box.scrollTo(0, box.scrollHeight))
  await expect(rows(page).filter({ hasText: '/the-error' })).toBeVisible()
  await page.getByRole('button', { name: 'Back to the newest' }).click()
  await expect(page.getByText('Newest 500 requests')).toBeVisible()

  await page.waitForTimeout(1500)
  await running.stop('SIGKILL')
  const again = await startBalancer({ data: running.data })
  balancer = again
  // Sessions outlive a restart too, but this one listens on another port.
  await page.context().clearCookies()
  await page.goto(`${again.admin}/requests?exchange=${id}`)
  await page.getByRole('textbox', { name: 'Name' }).fill('admin')
  await page.getByRole('textbox', { name: 'Passphrase' }).fill('a few good words')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText(/answered 500 itself/)).toBeVisible()
})
