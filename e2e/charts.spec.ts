/** What charts say is what happened: no invented dips, faults and gaps that look like themselves, and a page that stays where it is. */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { expectAccessible, setUp, watch } from './browser.ts'
import { type Balancer, balance, endStory, load, type NamedBackend, onePool, startBackends } from './traffic/world.ts'

const STEP = 10_000
let balancer: (Balancer & { url: string }) | undefined
let backends: NamedBackend[] = []
let halt: (() => Promise<void>) | undefined

test.afterEach(async () => {
  await halt?.()
  await endStory(balancer, backends)
  balancer = undefined
  halt = undefined
  backends = []
})

async function running(count: number, pool: Record<string, unknown> = {}) {
  backends = await startBackends(count)
  balancer = await balance(onePool(backends, pool))
  return balancer
}

/** Asks at a steady pace and counts what was answered in each step of ten seconds. */
function steadily(url: string, everyMs: number): Map<number, number> {
  const counted = new Map<number, number>()
  const open = new Set<Promise<unknown>>()
  const timer = setInterval(() => {
    const one = fetch(url)
      .then((answer) => answer.arrayBuffer())
      .then(() => {
        const step = Math.floor(Date.now() / STEP) * STEP
        counted.set(step, (counted.get(step) ?? 0) + 1)
      })
      .finally(() => open.delete(one))
    open.add(one)
  }, everyMs)
  halt = async () => {
    clearInterval(timer)
    await Promise.all(open)
  }
  return counted
}

const panel = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true })

async function asTable(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: `More for ${title}` }).click()
  await page.getByRole('menuitem', { name: 'View as table' }).click()
}

/** Time and first number of each line of the chart's own table. */
async function told(page: Page, title: string): Promise<[time: string, value: number][]> {
  const rows = await page
    .getByRole('region', { name: `${title} as a table` })
    .locator('tbody tr')
    .allInnerTexts()
  return rows.map((row) => {
    const [time = '', value = ''] = row.split('\t')
    return [time.trim(), Number.parseFloat(value)]
  })
}

test('constant traffic shows no dip, whenever a tab was opened and however often it asks again', async ({
  context,
}) => {
  test.setTimeout(150_000)
  const { admin, url, setupUrl } = await running(2)
  const first = await context.newPage()
  const settle = watch(first, admin)
  await setUp(first, setupUrl)
  const began = Date.now()
  const counted = steadily(url, 25)
  const pages: Page[] = []
  // Three tabs, each at another moment of a step.
  for (const phase of [1500, 4500, 8000]) {
    const page = pages.length === 0 ? first : await context.newPage()
    await pause((phase - (Date.now() % STEP) + STEP) % STEP)
    await page.goto(admin)
    await asTable(page, 'Responses per second')
    pages.push(page)
  }
  const whole = Math.ceil(began / STEP) * STEP
  let compared = 0
  for (let round = 0; round < 12; round++) {
    await pause(3000)
    for (const page of pages) {
      for (const [time, value] of await told(page, 'Responses per second')) {
        const at = new Date(`${new Date().toDateString()} ${time}`).getTime()
        if (at < whole || Number.isNaN(value)) continue
        const truth = (counted.get(at) ?? 0) / 10
        expect(Math.abs(value - truth), `${time}: shown ${value}/s, counted ${truth}/s`).toBeLessThan(truth * 0.2 + 1)
        compared += 1
      }
    }
  }
  expect(compared).toBeGreaterThan(50)
  settle()
})

test('one window for all figures of a screen, and its length right after the start', async ({ page }) => {
  const { admin, url, setupUrl } = await running(2)
  await setUp(page, setupUrl)
  steadily(url, 25)
  await page.goto(admin)
  await expect(page.getByText('figures: last 10 s')).toBeVisible({ timeout: 20_000 })
  // A total outage: within the window's length everything says so.
  await Promise.all(backends.map((backend) => backend.kill()))
  await expect(page.locator('.ek-figure', { hasText: 'Errors' }).locator('.value')).toHaveText('100 %', {
    timeout: 25_000,
  })
  const status = (await (await page.request.get(`${admin}/api/v1/status`)).json()) as {
    recent: { seconds: number; errorShare: number }
  }
  expect(status.recent).toMatchObject({ seconds: 10, errorShare: 1 })
})

test('a range, a table, a zoom and a dialog leave the page where it is', async ({ page }) => {
  const { admin, url, setupUrl } = await running(3)
  const settle = watch(page, admin)
  await setUp(page, setupUrl)
  steadily(url, 25)
  await page.goto(`${admin}/pools/app`)
  const chart = panel(page, 'Requests per second by backend')
  const line = chart.locator('.recharts-line-curve').first()
  await expect(line).toBeAttached({ timeout: 20_000 })
  const stays = async (what: string, seen: Locator, act: () => Promise<unknown>) => {
    const before = await seen.boundingBox()
    const scrolled = await page.evaluate(() => window.scrollY)
    expect(scrolled, `${what}: scrolled before`).toBeGreaterThan(50)
    await act()
    await pause(700)
    const after = await seen.boundingBox()
    expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0)), what).toBeLessThan(4)
  }
  const ranges = page.getByRole('radiogroup', { name: 'Range' })
  await page.evaluate(() => window.scrollTo(0, 10_000))
  for (const range of ['5m', '1h', '30d', '5m'])
    await stays(range, ranges, () => page.getByText(range, { exact: true }).click())
  await expect(line).toBeAttached()
  await pause(6000)
  await stays('zoom', chart, async () => {
    const box = await chart.locator('figure').boundingBox()
    if (box === null) throw new Error('no chart')
    const y = box.y + 60
    await page.mouse.move(box.x + box.width - 60, y)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 15, y, { steps: 8 })
    expect(await page.evaluate(() => window.getSelection()?.toString())).toBe('')
    await page.mouse.up()
    await expect(page.getByRole('button', { name: /back to live/ })).toBeVisible()
  })
  await stays('back to live', chart, () => page.getByRole('button', { name: /back to live/ }).click())
  await page.setViewportSize({ width: 1280, height: 500 })
  const views = page.getByRole('radiogroup', { name: 'View' })
  await page.evaluate(() => window.scrollTo(0, 80))
  await stays('table', views, () => views.getByText('Table').click())
  await stays('cards', views, () => views.getByText('Cards').click())
  await stays('dialog', views, () => page.keyboard.press('n'))
  settle()
})

test('a change and a failing backend are marked on the time axis, also for the keyboard and in the table', async ({
  page,
}) => {
  const healthCheck = { type: 'tcp', interval: '1s', timeout: '500ms' }
  const started = await running(3, { healthCheck })
  const { admin, url, setupUrl } = started
  const settle = watch(page, admin)
  await setUp(page, setupUrl)
  steadily(url, 25)
  await page.goto(`${admin}/pools/app?range=5m`)
  const { revision } = await started.status()
  const changed = { ...onePool(backends, { healthCheck, strategy: { type: 'least-connections' } }) }
  const put = await started.api('PUT', '/config', changed, { 'if-match': `"${revision}"` })
  expect(put.status).toBe(200)
  await backends[2]?.kill()
  const title = 'Requests per second by backend'
  const chart = panel(page, title)
  const mark = chart.getByRole('button', { name: /r\d+ [^;]+: app: strategy round-robin → least-connections/ })
  await expect(mark).toBeVisible({ timeout: 20_000 })
  await expect(chart.getByRole('button', { name: /b3 is unhealthy/ })).toBeVisible({ timeout: 20_000 })
  await mark.focus()
  await expect(page.getByRole('tooltip').filter({ hasText: 'strategy round-robin → least-connections' })).toBeVisible()
  const [axis, button] = [await chart.locator('figure').boundingBox(), await mark.boundingBox()]
  expect(button?.x).toBeGreaterThanOrEqual(axis?.x ?? Number.POSITIVE_INFINITY)
  expect((button?.x ?? 0) + (button?.width ?? 0)).toBeLessThanOrEqual((axis?.x ?? 0) + (axis?.width ?? 0) + 8)
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await asTable(page, title)
  await expect(page.getByRole('region', { name: `${title} as a table` })).toContainText(
    /r\d+ \S.*: app: strategy round-robin → least-connections/,
  )
  // Of another pool, it is not asked about.
  const events = await (await page.request.get(`${admin}/api/v1/events?pool=other`)).json()
  expect(events).toEqual([])
  settle()
})

test('a fault, nothing, and a time before the start look different; the axis spans what was asked for', async ({
  page,
}) => {
  test.setTimeout(120_000)
  const { admin, url, setupUrl } = await running(2)
  await setUp(page, setupUrl)
  expect((await load(url, { concurrency: 2, requests: 50 })).failed).toBe(0)
  let broken = true
  await page.route('**/api/v1/series**', (route) =>
    broken
      ? route.fulfill({
          status: 500,
          contentType: 'application/problem+json',
          body: JSON.stringify({
            type: 'about:blank',
            title: 'Broken',
            status: 500,
            code: 'x',
            detail: 'The disk is gone.',
          }),
        })
      : route.continue(),
  )
  await page.goto(`${admin}/pools/app?range=24h`)
  const chart = panel(page, 'Responses per second')
  await expect(chart.getByText('The history could not be loaded: The disk is gone.')).toBeVisible()
  await expectAccessible(page)
  broken = false
  await chart.getByRole('button', { name: 'Retry' }).click()
  await expect(chart.getByText('nothing recorded')).toBeVisible({ timeout: 20_000 })
  // The axis begins yesterday although everything happened in the last minute, and what there is is at its right end.
  const hatch = await chart.locator('.ek-gap-before path, path.ek-gap-before').first().boundingBox()
  const figure = await chart.locator('figure').boundingBox()
  expect(hatch?.width).toBeGreaterThan((figure?.width ?? 0) * 0.7)
  expect(await chart.locator('.recharts-xAxis .recharts-cartesian-axis-tick').count()).toBeGreaterThan(2)
  broken = true
  await expect(chart.getByText('Not up to date: The disk is gone.')).toBeVisible({ timeout: 70_000 })
  broken = false
  await chart.getByRole('button', { name: 'Retry' }).click()
  await expect(chart.getByText(/Not up to date/)).toBeHidden()
  // A time long before the start: nothing, in words.
  await page.goto(`${admin}/pools/app?from=1700000000000&to=1700003600000`)
  await expect(chart.getByText('Nothing was recorded in this time.')).toBeVisible()
})

test('the cursor stays on its dots while the data moves, and twelve backends are the worst eight and the others', async ({
  page,
}) => {
  const { admin, url, setupUrl } = await running(12)
  const settle = watch(page, admin)
  await setUp(page, setupUrl)
  steadily(url, 20)
  await page.goto(`${admin}/pools/app?range=5m&view=table`)
  const chart = panel(page, 'Requests per second by backend')
  await expect(chart.getByText('8 of 12 backends: most errors first, then most requests')).toBeVisible({
    timeout: 20_000,
  })
  await expect(chart.getByText('mean of the 4 others')).toBeVisible()
  await chart.scrollIntoViewIfNeeded()
  await pause(8000)
  const box = await chart.locator('figure').boundingBox()
  if (box === null) throw new Error('no chart')
  await page.mouse.move(box.x + box.width - 16, box.y + 80)
  await page.mouse.move(box.x + box.width - 14, box.y + 80)
  await expect(chart.locator('.ek-cursor')).toBeAttached()
  // Both in one look: the data may move between two.
  const places = () =>
    chart.evaluate((panel) => ({
      cursor: Number(panel.querySelector('.ek-cursor')?.getAttribute('x1')),
      dot: Number(panel.querySelector('.recharts-active-dot circle')?.getAttribute('cx')),
    }))
  for (let look = 0; look < 8; look++) {
    const { cursor, dot } = await places()
    expect(Math.abs(cursor - dot)).toBeLessThan(0.6)
    await pause(700)
  }
  settle()
})
