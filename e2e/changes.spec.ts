/** Changing things: every change can be undone, also behind later ones, and taking the last backend out asks first. */
import { expect, type Page, test } from '@playwright/test'
import { expectAccessible, setUp, watch } from './browser.ts'
import { type Balancer, endStory, type NamedBackend, startBackends, startBalancer } from './traffic/world.ts'

let balancer: Balancer | undefined
let backends: NamedBackend[] = []

test.afterEach(async () => {
  await endStory(balancer, backends)
  balancer = undefined
  backends = []
})

/** A pool `app` of three healthy backends, and its page open. */
async function world(page: Page, count = 3): Promise<Balancer> {
  backends = await startBackends(count)
  const running = await startBalancer()
  balancer = running
  const { revision } = await running.status()
  const document = {
    version: 1,
    listeners: [{ id: 'web', bind: '127.0.0.1:0' }],
    routes: [{ id: 'default', listener: 'web', action: { type: 'forward', pool: 'app' } }],
    pools: [{ id: 'app', backends: backends.map(({ address }, index) => ({ id: `app-${index + 1}`, address })) }],
  }
  const put = await running.api('PUT', '/config', document, { 'if-match': `"${revision}"` })
  expect(put.status).toBe(200)
  await setUp(page, running.setupUrl)
  await expect
    .poll(async () => (await running.status()).pools[0]?.backends.map(({ availability }) => availability))
    .toEqual(backends.map(() => 'healthy'))
  await page.goto(`${running.admin}/pools/app`)
  await expect(page.getByRole('button', { name: 'Drain app-1' })).toBeVisible()
  return running
}

const stateOf = async (running: Balancer) =>
  (await running.status()).pools[0]?.backends.map(({ adminState, weight }) => `${adminState} ${weight}`)
const toast = (page: Page, text: string | RegExp) => page.getByRole('alert').filter({ hasText: text })
const undo = (page: Page, text: string | RegExp) => toast(page, text).getByRole('button', { name: 'Undo' })

test('a change can be undone behind a later one, steps of one value together, and what is overtaken says so', async ({
  page,
}) => {
  const running = await world(page)
  const settle = watch(page, running.admin)

  await page.getByRole('button', { name: 'Drain app-1' }).click()
  await expect(toast(page, 'app / app-1: active → draining')).toBeVisible()
  await page.getByRole('button', { name: 'Disable app-2' }).click()
  await expect(toast(page, 'app / app-2: active → disabled')).toBeVisible()
  expect(await stateOf(running)).toEqual(['draining 1', 'disabled 1', 'active 1'])

  const [newer, older] = await Promise.all([toast(page, 'app-2').boundingBox(), toast(page, 'app-1').boundingBox()])
  expect(newer?.y).toBeLessThan(older?.y ?? 0)
  await undo(page, 'app-1').click()
  await expect.poll(() => stateOf(running)).toEqual(['active 1', 'disabled 1', 'active 1'])

  const raise = page.getByRole('button', { name: 'Raise the weight of app-3' })
  for (const weight of [2, 3, 4]) {
    await raise.click()
    await expect(page.getByRole('group', { name: 'Weight of app-3' })).toHaveText(String(weight))
  }
  await expect(toast(page, 'Weight of app / app-3: 1 → 4')).toHaveCount(1)
  expect((await stateOf(running))?.[2]).toBe('active 4')
  await undo(page, 'Weight of app / app-3').click()
  await expect.poll(() => stateOf(running)).toEqual(['active 1', 'disabled 1', 'active 1'])

  await page.getByRole('button', { name: 'Drain app-1' }).click()
  await expect(undo(page, /^app . app-1/)).toBeEnabled()
  // Somebody else, by the API.
  await running.api('PATCH', '/pools/app/backends/app-1', { adminState: 'disabled' })
  await page.getByRole('button', { name: 'Activate app-2' }).click()
  await expect(undo(page, /^app . app-1/)).toBeDisabled()
  await expect(toast(page, /^app . app-1/)).toContainText('admin state of app / app-1 was changed again in revision')
  settle()
})

test('the button of a toast keeps its word, however long the text', async ({ page }) => {
  const running = await world(page)
  await page.setViewportSize({ width: 390, height: 844 })
  const name = `a-very-long-name-${'of-a-backend-'.repeat(3)}`.slice(0, 60).replace(/-$/, '')
  await running.api('POST', '/pools/app/backends', { id: name, address: '127.0.0.1:9' })
  await page.getByRole('button', { name: `Disable ${name}` }).click()
  const button = undo(page, name)
  await expect(button).toBeVisible()
  const [box, inner] = await button.evaluate((element) => [element.scrollWidth, element.clientWidth])
  expect(box).toBeLessThanOrEqual(inner ?? 0)
  expect((await button.boundingBox())?.width).toBeGreaterThan(60)
})

const ways: [string, (page: Page) => Promise<void>, string][] = [
  ['its Drain button', (page) => page.getByRole('button', { name: 'Drain app-1' }).click(), 'Drain app / app-1?'],
  ['its Disable button', (page) => page.getByRole('button', { name: 'Disable app-1' }).click(), 'Disable app / app-1?'],
  [
    'weight 0',
    (page) => page.getByRole('button', { name: 'Lower the weight of app-1' }).click(),
    'Weight 0 for app / app-1?',
  ],
  [
    'the key d',
    async (page) => {
      await page.keyboard.press('j')
      await page.keyboard.press('d')
    },
    'Drain app / app-1?',
  ],
  [
    'the palette',
    async (page) => {
      await page.keyboard.press('ControlOrMeta+k')
      await page.getByRole('textbox', { name: 'Search and commands' }).fill('drain app / app-1')
      await page.keyboard.press('Enter')
    },
    'Drain app / app-1?',
  ],
]

test('taking the last backend out asks first, whichever way it is asked for', async ({ page }) => {
  const running = await world(page, 2)
  const settle = watch(page, running.admin)
  await running.api('PATCH', '/pools/app/backends/app-2', { adminState: 'disabled' })
  await expect(page.getByRole('button', { name: 'Activate app-2' })).toBeVisible()
  const question = page.getByRole('dialog').filter({ has: page.getByRole('button', { name: 'Cancel' }) })
  for (const [, act, title] of ways) {
    await act(page)
    await expect(question).toContainText(title)
    await expect(question).toContainText('Every request gets 503 until another backend takes traffic.')
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(question).toBeHidden()
  }
  await page.getByRole('button', { name: 'Drain app-1' }).click()
  await expect(question).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  expect(await stateOf(running)).toEqual(['active 1', 'disabled 1'])

  await page.getByRole('button', { name: 'Activate app-2' }).click()
  await expect.poll(() => stateOf(running)).toEqual(['active 1', 'active 1'])
  await expect(page.getByRole('button', { name: 'Drain app-2' })).toBeVisible()
  for (const id of ['app-1', 'app-2']) await page.getByRole('checkbox', { name: `Select ${id}` }).check()
  await page.getByRole('region', { name: 'Selected backends' }).getByRole('button', { name: 'Drain' }).click()
  await expect(question).toContainText('Drain 2 backends of app?')
  await page.getByRole('button', { name: 'Drain anyway' }).click()
  await expect.poll(() => stateOf(running)).toEqual(['draining 1', 'draining 1'])
  settle()
})

test('the actions of the table are in sight at every width', async ({ page }) => {
  const running = await world(page)
  await page.goto(`${running.admin}/pools/app?view=table`)
  for (const width of [1440, 1280, 390]) {
    await page.setViewportSize({ width, height: 844 })
    const menu = page.getByRole('button', { name: 'Actions of app-1' })
    const raise = await page.getByRole('button', { name: 'Raise the weight of app-1' }).boundingBox()
    // Nothing lies under the menu where the table has room.
    if (width >= 1280)
      expect((raise?.x ?? width) + (raise?.width ?? 0)).toBeLessThan((await menu.boundingBox())?.x ?? 0)
    await menu.scrollIntoViewIfNeeded()
    const box = await menu.boundingBox()
    expect(box?.x).toBeGreaterThan(0)
    expect((box?.x ?? width) + (box?.width ?? width)).toBeLessThanOrEqual(width)
    await menu.click()
    await expect(page.getByRole('menuitem', { name: 'Remove app-1' })).toBeVisible()
    await page.keyboard.press('Escape')
  }
  await expectAccessible(page)
})

test('the pictures of the strategies move', async ({ page }) => {
  const running = await world(page)
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await page.goto(`${running.admin}/pools/app?dialog=strategy&in=app`)
  const cards = page.getByRole('radiogroup', { name: 'Strategy' }).getByRole('radio')
  await expect(cards).toHaveCount(7)
  for (const card of await cards.all()) {
    const dots = card.locator('svg circle[r="3"]')
    expect(await dots.count()).toBe(12)
    const shown = () => dots.evaluateAll((all) => all.filter((dot) => getComputedStyle(dot).opacity === '1').length)
    await expect.poll(shown).toBeGreaterThan(0)
  }
  const places = () =>
    cards.locator('svg circle[r="3"]').evaluateAll((all) => all.map((dot) => dot.getBoundingClientRect().x).join())
  const before = await places()
  await expect.poll(places).not.toBe(before)
})
