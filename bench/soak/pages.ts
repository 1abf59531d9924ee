/** Two people who leave the dashboard open: the overview and the page of the pool, in a Chromium of its own. */
import { type Browser, type CDPSession, chromium, type Page } from '@playwright/test'
import { PASSWORD, POOL, type SoakedServer } from './server.ts'

export interface PageReading {
  /** Heap of the page's JavaScript after a collection, MiB. */
  heapMiB: number
  /** Nodes of all documents, detached ones that are still held included. */
  nodes: number
  listeners: number
  /** Processor time of the page's main thread since it was opened, in seconds. */
  busySeconds: number
  /** What it shows differs from the last time: it is alive. */
  moved: boolean
}

interface Watched {
  name: string
  page: Page
  session: CDPSession
  text: string
}

export interface OpenPages {
  names: readonly string[]
  read(): Promise<Map<string, PageReading>>
  /** Errors of the pages so far, each text once. */
  faults(): string[]
  /** Why the browser is gone, if it is. */
  gone(): boolean
  close(): Promise<void>
}

const VIEWS = [
  { name: 'overview', path: '/' },
  { name: 'pool page', path: `/pools/${POOL}` },
] as const

/** Keeps Chromium from asking the outside world for anything. */
const QUIET = ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update']

async function open(browser: Browser, { admin }: SoakedServer, view: (typeof VIEWS)[number], faults: Set<string>) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: admin })
  const signedIn = await context.request.post('/api/v1/session', { data: { name: 'admin', password: PASSWORD } })
  if (!signedIn.ok()) throw new Error(`sign-in: ${signedIn.status()} ${await signedIn.text()}`)
  const page = await context.newPage()
  page.on('pageerror', (error) => faults.add(`${view.name}: ${error.message}`))
  page.on('crash', () => faults.add(`${view.name}: the page crashed`))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.add(`${view.name}: ${message.text()}`)
  })
  await page.goto(view.path)
  await page.getByRole('main').waitFor()
  const session = await context.newCDPSession(page)
  // Processor time of the page's thread; otherwise it would be time on the clock, which neighbours lengthen.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return { name: view.name, page, session, text: '' }
}

async function read(watched: Watched): Promise<PageReading> {
  await watched.session.send('HeapProfiler.collectGarbage')
  const { metrics } = await watched.session.send('Performance.getMetrics')
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN
  const text = await watched.page.evaluate(() => document.querySelector('main')?.textContent ?? '')
  const moved = text !== watched.text
  watched.text = text
  return {
    heapMiB: of('JSHeapUsedSize') / 2 ** 20,
    nodes: of('Nodes'),
    listeners: of('JSEventListeners'),
    busySeconds: of('TaskDuration'),
    moved,
  }
}

export async function openPages(server: SoakedServer): Promise<OpenPages> {
  const browser = await chromium.launch({
    executablePath: process.env.EVENKEEL_CHROMIUM ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox', ...QUIET] : QUIET,
    // The run ends it itself, in order.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  const faults = new Set<string>()
  try {
    const watched: Watched[] = []
    for (const view of VIEWS) watched.push(await open(browser, server, view, faults))
    return {
      names: VIEWS.map(({ name }) => name),
      async read() {
        const readings = new Map<string, PageReading>()
        for (const one of watched) readings.set(one.name, await read(one))
        return readings
      },
      faults: () => [...faults],
      gone: () => !browser.isConnected(),
      close: () => browser.close(),
    }
  } catch (error) {
    await browser.close()
    throw error
  }
}
