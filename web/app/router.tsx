/** Pages and what their addresses say. All state of a view is in its address. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { z } from 'zod'
import { PageError, PagePending } from './page-states.tsx'
import { Shell } from './shell.tsx'

const dialogSearch = {
  dialog: z.enum(['add-backend', 'remove-backend', 'strategy']).optional().catch(undefined),
  in: z.string().optional().catch(undefined),
  backend: z.string().optional().catch(undefined),
}
const rangeSearch = {
  range: z.string().optional().catch(undefined),
  from: z.number().optional().catch(undefined),
  to: z.number().optional().catch(undefined),
}

const root = createRootRoute({ component: Outlet })
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  validateSearch: z.object(dialogSearch),
  component: lazyRouteComponent(() => import('../features/overview/overview-page.tsx'), 'OverviewPage'),
})

export const poolSearch = z.object({
  ...dialogSearch,
  ...rangeSearch,
  view: z.enum(['cards', 'table']).optional().catch(undefined),
})

const pool = createRoute({
  getParentRoute: () => shell,
  path: '/pools/$pool',
  validateSearch: poolSearch,
  component: lazyRouteComponent(() => import('../features/pool/pool-page.tsx'), 'PoolPage'),
})

const events = createRoute({
  getParentRoute: () => shell,
  path: '/events',
  validateSearch: z.object({
    ...dialogSearch,
    kind: z.string().optional().catch(undefined),
    pool: z.string().optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('../features/events/events-page.tsx'), 'EventsPage'),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('../features/session/sign-in-page.tsx'), 'SignInPage'),
})

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: z.object({ token: z.string().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('../features/setup/setup-page.tsx'), 'SetupPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren([overview, pool, events]), signIn, setup]),
  defaultPreload: 'intent',
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageError,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
