/** What a strategy would do, seen before it is applied. */
import { expect, test } from '@playwright/test'
import { expectAccessible, setUp, watch } from './browser.ts'
import { type Balancer, balance, endStory, load, type NamedBackend, onePool, startBackends } from './traffic/world.ts'

let balancer: Balancer | undefined
let backends: NamedBackend[] = []

test.afterEach(async () => {
  await endStory(balancer, backends)
  balancer = undefined
  backends = []
})

test('another strategy is tried on recorded traffic, on a made-up mix, and with a backend less', async ({ page }) => {
  backends = await startBackends(3)
  for (const [index, backend] of backends.entries()) backend.delayMs = index === 2 ? 120 : 10
  const running = await balance(onePool(backends))
  balancer = running
  const settle = watch(page, running.admin)
  await setUp(page, running.setupUrl)

  const open = () => page.goto(`${running.admin}/pools/app?dialog=strategy&in=app`)
  const panel = page.getByRole('region', { name: 'Simulation' })
  await open()
  await expect(panel.getByText('Nothing is changed by looking')).toBeVisible()
  await page.getByRole('radio', { name: /Least time/ }).click()
  await expect(panel.getByText('These numbers are of a made-up mix.')).toBeVisible()
  await expect(panel.getByText(/Made up, not recorded: 100 requests\/s/)).toBeVisible()
  await expectAccessible(page)

  expect((await load(running.url, { concurrency: 8, requests: 800, pauseMs: 5 })).failed).toBe(0)
  await page.waitForTimeout(1500)
  await open()
  await page.getByRole('radio', { name: /Least time/ }).click()
  await expect(panel.getByText(/requests of \d+ s were recorded/)).toBeVisible()
  await expect(panel.getByRole('status')).toContainText('p95 would be')
  await expectAccessible(page)

  await panel.getByRole('combobox', { name: 'What if one backend is gone?' }).click()
  await page.getByRole('option', { name: 'without b3' }).click()
  await expect(panel.getByText('gone', { exact: true })).toBeVisible()
  await expect(panel.getByText('Only looked at: applying the strategy leaves b3 where it is.')).toBeVisible()
  await panel.getByText('Synthetic mix').click()
  await expect(panel.getByText(/by every backend alike/)).toBeVisible()
  await panel.getByText(/What this cannot predict/).click()
  await expect(panel.getByText(/all of them are equally fast/)).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByRole('button', { name: 'least-time' })).toBeVisible()
  settle()
})
