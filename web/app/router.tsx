/** Pages and what their addresses say. All state of a view is in its address. */
import { createRootRoute, createRoute, createRouter, Outlet } from '@tanstack/react-router'
import { at } from '../lib/base-path.ts'
import { safeNext } from '../lib/next.ts'
import { part } from '../lib/parts.ts'
import { NotFoundPage } from './not-found.tsx'
import { PageError, PagePending } from './page-states.tsx'
import { Shell } from './shell.tsx'
import { useTitle } from './title.ts'

type Given = Record<string, unknown>

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const time = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
const dialogs = ['add-backend', 'remove-backend', 'strategy'] as const

interface DialogSearch {
  dialog?: (typeof dialogs)[number]
  /** The pool it is about. */
  in?: string
  backend?: string
}

interface PoolSearch extends DialogSearch {
  range?: string
  /** Epoch milliseconds. */
  from?: number
  to?: number
  view?: 'table'
}

interface EventsSearch extends DialogSearch {
  kind?: string
  pool?: string
}

/** Dialogs open from any page. What an address does not say, or says wrongly, is left out. */
const dialogSearch = (given: Given): DialogSearch => ({
  dialog: dialogs.find((name) => name === given.dialog),
  in: text(given.in),
  backend: text(given.backend),
})

function Root() {
  useTitle()
  return <Outlet />
}

const root = createRootRoute({ component: Root })
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  validateSearch: dialogSearch,
  component: part(async () => (await import('../features/overview/overview-page.tsx')).OverviewPage),
})

const poolSearch = (given: Given): PoolSearch => ({
  ...dialogSearch(given),
  range: text(given.range),
  from: time(given.from),
  to: time(given.to),
  view: given.view === 'table' ? 'table' : undefined,
})

const pool = createRoute({
  getParentRoute: () => shell,
  path: '/pools/$pool',
  validateSearch: poolSearch,
  component: part(async () => (await import('../features/pool/pool-page.tsx')).PoolPage),
})

const events = createRoute({
  getParentRoute: () => shell,
  path: '/events',
  validateSearch: (given: Given): EventsSearch => ({
    ...dialogSearch(given),
    kind: text(given.kind),
    pool: text(given.pool),
  }),
  staticData: { page: 'Events' },
  component: part(async () => (await import('../features/events/events-page.tsx')).EventsPage),
})

interface RequestsSearch extends DialogSearch {
  /** The filter line. */
  q?: string
  /** Id of the request whose detail is open. */
  exchange?: string
}

/** A word that is a number, such as `404`, comes out of an address as one. */
const line = (value: unknown) => text(typeof value === 'number' ? String(value) : value)

const requests = createRoute({
  getParentRoute: () => shell,
  path: '/requests',
  validateSearch: (given: Given): RequestsSearch => ({
    ...dialogSearch(given),
    q: line(given.q),
    exchange: line(given.exchange),
  }),
  staticData: { page: 'Requests' },
  component: part(async () => (await import('../features/requests/requests-page.tsx')).RequestsPage),
})

/** Every other address: inside the frame, so that there is a way on. */
const notFound = createRoute({
  getParentRoute: () => shell,
  path: '$',
  staticData: { page: 'Not found' },
  validateSearch: dialogSearch,
  component: NotFoundPage,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  staticData: { page: 'Sign in' },
  validateSearch: (given: Given): { next?: string } => ({ next: safeNext(given.next) }),
  component: part(async () => (await import('../features/session/sign-in-page.tsx')).SignInPage),
})

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (given: Given): { token?: string } => ({ token: text(given.token) }),
  staticData: { page: 'Set-up' },
  component: part(async () => (await import('../features/setup/setup-page.tsx')).SetupPage),
})

export const router = createRouter({
  basepath: at('/'),
  routeTree: root.addChildren([shell.addChildren([overview, pool, requests, events, notFound]), signIn, setup]),
  defaultPreload: 'intent',
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFoundPage,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
