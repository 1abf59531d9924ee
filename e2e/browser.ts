/** What every browser story watches: nothing leaves the origin, no error reaches the console, axe finds nothing. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Collects what must not happen; call the answer at the end of a story. */
export function watch(page: Page, origin: string): () => void {
  const faults: string[] = []
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) faults.push(`request left the origin: ${url}`)
  })
  page.on('console', (message) => {
    // The browser itself notes refused sign-ins; they are what those stories are about.
    if (message.type() === 'error' && !/status of 401/.test(message.text())) faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`page error: ${error.message}`))
  return () => expect(faults).toEqual([])
}

/** Checks the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([])
}

/** Creates the administrator through the set-up page and stops at its second half. */
export async function setUp(page: Page, setupUrl: string | null): Promise<void> {
  await page.goto(setupUrl ?? '')
  await page.getByRole('textbox', { name: 'Passphrase' }).fill('a few good words')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('heading', { name: /Your backends/ })).toBeVisible()
}
