/** Every address of the page. Pages load when they are first visited. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type SearchSchemaInput,
} from '@tanstack/react-router'
import { ApiProblem } from '../lib/api.ts'
import { meQuery, setupQuery } from '../lib/queries.ts'
import { dialogSearch, type EventsSearch, type PoolSearch, parseSearch, stringifySearch, texts } from '../lib/search.ts'
import { NotFound, PageFailed, PageLoading, StartFailed } from './fallbacks.tsx'
import { queryClient } from './query-client.ts'
import { Shell } from './Shell.tsx'

type Raw = Record<string, unknown> & SearchSchemaInput

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

/** Lets signed-in people through; sends the others to set-up or to sign in, and back here afterwards. */
async function requireSignIn({ location }: { location: { href: string } }): Promise<void> {
  try {
    await queryClient.ensureQueryData(meQuery)
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error
    const { needed } = await queryClient.fetchQuery(setupQuery)
    if (needed) throw redirect({ to: '/setup', search: {} })
    throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } })
  }
}

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  validateSearch: (raw: Raw) => dialogSearch(raw),
  beforeLoad: requireSignIn,
  errorComponent: StartFailed,
  pendingComponent: PageLoading,
})

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('../features/overview/OverviewPage.tsx'), 'OverviewPage'),
})

export const poolRoute = createRoute({
  getParentRoute: () => inside,
  path: '/pools/$pool',
  validateSearch: (raw: Raw) =>
    texts(raw, ['range', 'from', 'to', 'backends', 'tab', 'at', 'q', 'sort', 'view', 'probe']) as PoolSearch,
  component: lazyRouteComponent(() => import('./PoolRoute.tsx'), 'PoolRoute'),
})

const events = createRoute({
  getParentRoute: () => inside,
  path: '/events',
  validateSearch: (raw: Raw) => texts(raw, ['kind', 'pool', 'backend', 'q']) as EventsSearch,
  component: lazyRouteComponent(() => import('../features/events/EventsPage.tsx'), 'EventsPage'),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw: Raw) => texts(raw, ['next']) as { next?: string },
  component: lazyRouteComponent(() => import('../features/session/SignInPage.tsx'), 'SignInPage'),
})

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (raw: Raw) => texts(raw, ['token', 'step']) as { token?: string; step?: string },
  component: lazyRouteComponent(() => import('../features/setup/SetupPage.tsx'), 'SetupPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([inside.addChildren([overview, poolRoute, events]), signIn, setup]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: PageFailed,
  defaultPendingComponent: PageLoading,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
