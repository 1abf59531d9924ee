/** The frame around every page of a signed-in person: navigation, header, dialogs, keys, the live stream. */
import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { onSignedOut } from '../lib/api.ts'
import { liveStream } from '../lib/live.ts'
import { Dialogs } from './Dialogs.tsx'
import { Header } from './Header.tsx'
import { NavDrawer } from './NavDrawer.tsx'
import { Navigation } from './Navigation.tsx'
import { usePageState } from './page-state.ts'
import styles from './shell.module.css'
import { useKeys } from './use-keys.ts'

const Palette = lazy(() => import('./Palette.tsx').then((module) => ({ default: module.Palette })))
const HelpDialog = lazy(() => import('./HelpDialog.tsx').then((module) => ({ default: module.HelpDialog })))

/** Streams while the frame stands; leaves for the sign-in page when the session ends. */
function useSession() {
  const client = useQueryClient()
  const navigate = useNavigate()
  useEffect(() => liveStream.start(client), [client])
  useEffect(() => {
    onSignedOut(() => {
      client.clear()
      const next = window.location.pathname + window.location.search
      void navigate({ to: '/sign-in', search: next === '/' ? {} : { next } })
    })
    return () => onSignedOut(() => undefined)
  }, [client, navigate])
}

export function Shell() {
  useSession()
  usePageState()
  const [palette, setPalette] = useState(0)
  const [help, setHelp] = useState(false)
  const [drawer, setDrawer] = useState(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const openPalette = () => setPalette((count) => count + 1)
  useKeys({ openPalette, openHelp: () => setHelp(true) })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes because the page has changed
  useEffect(() => setDrawer(false), [path])

  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        Skip to content
      </a>
      <aside className={styles.sidebar}>
        <Navigation onSearch={openPalette} />
      </aside>
      <div className={styles.column}>
        <Header onMenu={() => setDrawer(true)} onHelp={() => setHelp(true)} onSearch={openPalette} />
        <main id="content" className={styles.content} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <NavDrawer opened={drawer} onClose={() => setDrawer(false)} onSearch={openPalette} />
      <Dialogs />
      <Suspense fallback={null}>
        {palette > 0 && <Palette request={palette} />}
        {help && <HelpDialog onClose={() => setHelp(false)} />}
      </Suspense>
    </div>
  )
}
