/** Adding backends by what people paste: what was understood is shown, and nothing else of the pool changes unasked. */
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

/** A balancer with a pool `shop` of these members and an empty one, on any port. */
async function twoPools(members: readonly NamedBackend[]): Promise<Balancer> {
  const running = await startBalancer()
  balancer = running
  const { revision } = await running.status()
  const document = {
    version: 1,
    listeners: [{ id: 'web', bind: '127.0.0.1:0' }],
    routes: [
      {
        id: 'new',
        listener: 'web',
        match: { host: ['new.test', '*.new.test'] },
        action: { type: 'forward', pool: 'empty' },
      },
      { id: 'default', listener: 'web', action: { type: 'forward', pool: 'shop' } },
    ],
    pools: [{ id: 'shop', backends: members.map(({ name, address }) => ({ id: name, address })) }, { id: 'empty' }],
  }
  const put = await running.api('PUT', '/config', document, { 'if-match': `"${revision}"` })
  expect(put.status).toBe(200)
  return running
}

interface Pool {
  backends: unknown[]
  healthCheck?: unknown
}

const add = (page: Page) => page.getByRole('dialog').getByRole('button', { name: /^Add/ })
const document = async (running: Balancer) => (await running.api('GET', '/config')).body as { pools: [Pool, Pool] }

test('set-up takes a whole file: what is good is added, the rest is told by line', async ({ page }) => {
  backends = await startBackends(3)
  const [one, two, three] = backends as [NamedBackend, NamedBackend, NamedBackend]
  balancer = await startBalancer()
  const settle = watch(page, balancer.admin)
  await setUp(page, balancer.setupUrl)
  const port = three.address.split(':')[1] as string
  await page
    .getByLabel('Addresses')
    .fill(
      [
        'upstream app {',
        '    least_conn;',
        `    server ${one.address} weight=3 max_fails=3;`,
        '    server unix:/tmp/backend3;',
        '}',
        `server php1 ${two.address} check weight 20 disabled`,
        'localhost',
      ].join('\n'),
    )
  const understood = page.getByRole('list', { name: 'Understood' }).getByRole('listitem')
  await expect(understood).toHaveCount(2)
  await expect(understood.first()).toContainText('weight 3')
  await expect(understood.first()).toContainText('left out: max_fails=3')
  await expect(understood.last()).toContainText('php1')
  await expect(understood.last()).toContainText('disabled')
  const faults = page.getByRole('region', { name: 'Not understood' })
  await expect(faults).toContainText('line 4')
  await expect(faults).toContainText('"unix:/tmp/backend3" is not reached by TCP')
  await expect(page.getByText('2 other lines left out')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Add the 2 good ones' })).toBeEnabled()
  await expectAccessible(page)

  await page.getByLabel('Port of localhost').fill(port)
  await expect(understood).toHaveCount(3)
  await page.getByRole('button', { name: 'Add the 3 good ones' }).click()
  await expect(page.getByRole('button', { name: 'Added' })).toBeVisible()
  expect((await document(balancer)).pools[0].backends).toEqual([
    { id: 'app-1', address: one.address, weight: 3 },
    { id: 'php1', address: two.address, weight: 20, adminState: 'disabled' },
    { id: 'app-2', address: `localhost:${port}` },
  ])
  settle()
})

test('a health check is offered for the whole pool, only when all of it passes, and undone in one', async ({
  page,
}) => {
  backends = await startBackends(4)
  const [one, two, three, four] = backends as [NamedBackend, NamedBackend, NamedBackend, NamedBackend]
  two.health = 404
  const running = await twoPools([one, two])
  const settle = watch(page, running.admin)
  await setUp(page, running.setupUrl)
  const dialog = page.getByRole('dialog')
  await page.goto(`${running.admin}/pools/shop?dialog=add-backend&in=shop`)
  await page.getByLabel('Address').fill(three.address)
  await expect(
    dialog.getByText(`The health check of shop stays as it is: b2 would fail one by GET /health.`),
  ).toBeVisible()
  await expect(dialog.getByRole('checkbox')).toHaveCount(0)
  await add(page).click()
  await expect(dialog).toHaveCount(0)
  expect((await document(running)).pools[0].healthCheck).toBeUndefined()

  two.health = 200
  await page.goto(`${running.admin}/pools/shop?dialog=add-backend&in=shop`)
  await page.getByLabel('Address').fill(four.address)
  const offer = dialog.getByRole('checkbox', {
    name: 'Check health by GET /health from now on, for all 4 backends of shop',
  })
  await expect(offer).not.toBeChecked()
  await offer.check()
  await expectAccessible(page)
  const { revision } = await running.status()
  await add(page).click()
  await expect.poll(async () => (await running.status()).revision).toBe(revision + 1)
  expect((await document(running)).pools[0].healthCheck).toEqual({ type: 'http', path: '/health' })
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(async () => (await document(running)).pools[0].healthCheck).toBeUndefined()
  expect((await document(running)).pools[0].backends).toHaveLength(3)
  settle()
})

test('the same address a second time needs a second click', async ({ page }) => {
  backends = await startBackends(1)
  const [one] = backends as [NamedBackend]
  const running = await twoPools([one])
  const settle = watch(page, running.admin)
  await setUp(page, running.setupUrl)
  await page.goto(`${running.admin}/pools/shop?dialog=add-backend&in=shop`)
  const again = one.address.replace('127.0.0.1', 'localhost')
  await page.getByLabel('Address').fill(again)
  await expect(
    page.getByText(`shop has this already: b1 at ${one.address}. Twice in a pool, it gets twice its share.`),
  ).toBeVisible()
  await add(page).click()
  await expect(page.getByText('One address is there already: press again to add it a second time.')).toBeVisible()
  expect((await document(running)).pools[0].backends).toHaveLength(1)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Add all the same' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect((await document(running)).pools[0].backends).toHaveLength(2)
  settle()
})

test('of several pools the dialog asks for one, and an empty one has a button of its own', async ({ page }) => {
  backends = await startBackends(2)
  const [one, two] = backends as [NamedBackend, NamedBackend]
  const running = await twoPools([one])
  const settle = watch(page, running.admin)
  await setUp(page, running.setupUrl)
  await page.goto(running.admin)
  await expect(page.getByRole('button', { name: 'Add a backend to empty' })).toBeVisible()
  await page.keyboard.press('n')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Address').fill(two.address)
  await expect(dialog.getByLabel('passed').first()).toBeVisible()
  await expect(add(page)).toBeDisabled()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Add a backend to empty' }).click()
  await expect(page.getByRole('heading', { name: 'Add a backend to empty' })).toBeVisible()
  await dialog.getByLabel('Address').fill(two.address)
  await expect(dialog.getByRole('checkbox', { name: /for the backend of empty/ })).toBeChecked()
  await add(page).click()
  await expect(dialog).toHaveCount(0)
  const { pools } = await document(running)
  expect(pools[0].backends).toHaveLength(1)
  expect(pools[1]).toEqual({
    id: 'empty',
    backends: [{ id: 'empty-1', address: two.address }],
    healthCheck: { type: 'http', path: '/health' },
  })
  await page.goto(`${running.admin}/pools/empty`)
  await expect(page.getByText('reached through web → new.test or *.new.test')).toBeVisible()
  settle()
})
