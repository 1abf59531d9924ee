/** The frame around every page: who is signed in, where one can go, whether the data is live. */
import { ActionIcon, Drawer, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { IconLogout, IconMenu2, IconMoon, IconSearch, IconSun, IconUserCircle } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { AskDialog } from '../components/ask-dialog.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { LivePill } from '../components/live-pill.tsx'
import { api, SIGNED_OUT } from '../lib/api.ts'
import { useContact } from '../lib/contact.ts'
import { startLive } from '../lib/live.ts'
import { safeNext } from '../lib/next.ts'
import { useMe, useSetupStatus, useStatusQuery } from '../lib/queries.ts'
import { Dialogs } from './dialogs.tsx'
import { KeyHelp, useKeys } from './keys.tsx'
import { PagePending } from './page-states.tsx'
import { Palette } from './palette.tsx'
import { Brand, Sidebar } from './sidebar.tsx'
import { useParts } from './use-parts.tsx'

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const next = scheme === 'dark' ? 'light' : 'dark'
  return (
    <Tooltip label={`Switch to ${next}`}>
      <ActionIcon variant="subtle" color="gray" aria-label={`Switch to ${next}`} onClick={() => setColorScheme(next)}>
        {scheme === 'dark' ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  )
}

function UserMenu({ name }: { name: string }) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const signOut = async () => {
    await api('DELETE', '/session').catch(() => undefined)
    client.clear()
    await navigate({ to: '/sign-in' })
  }
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Signed in as ${name}`}>
          <IconUserCircle size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** Everything that needs somebody signed in. */
function Frame({ name }: { name: string }) {
  const client = useQueryClient()
  const status = useStatusQuery()
  const [drawer, setDrawer] = useState(false)
  const [help, setHelp] = useState(false)
  useEffect(() => startLive(client), [client])
  const lost = useContact().lostFor > 0
  useParts(status.data?.boot, lost)
  useKeys(() => setHelp(true))
  return (
    <div className="ek-shell" data-lost={lost || undefined}>
      <a className="ek-skip" href="#main">
        Skip to content
      </a>
      <nav className="ek-side" aria-label="Main">
        <Sidebar />
      </nav>
      <div>
        <section className="ek-top" aria-label="Top bar">
          <span className="ek-mobile-only" style={{ marginRight: 'auto', alignItems: 'center', gap: 4 }}>
            <ActionIcon variant="subtle" color="gray" aria-label="Open the menu" onClick={() => setDrawer(true)}>
              <IconMenu2 size={20} />
            </ActionIcon>
            <Brand />
          </span>
          <LivePill />
          <Tooltip label="Go to or do anything (Ctrl K)">
            <ActionIcon variant="subtle" color="gray" aria-label="Search and commands" onClick={() => spotlight.open()}>
              <IconSearch size={18} />
            </ActionIcon>
          </Tooltip>
          <SchemeToggle />
          <UserMenu name={name} />
        </section>
        <main className="ek-main" id="main" tabIndex={-1}>
          {status.isError && status.data === undefined ? (
            <ErrorState
              title="The balancer's state cannot be loaded"
              error={status.error}
              onRetry={() => void status.refetch()}
            />
          ) : status.data === undefined ? (
            <PagePending />
          ) : (
            <Outlet />
          )}
        </main>
      </div>
      <Drawer
        opened={drawer}
        onClose={() => setDrawer(false)}
        size={260}
        title="Evenkeel"
        closeButtonProps={{ 'aria-label': 'Close the menu' }}
      >
        <nav aria-label="Menu" onClickCapture={() => setDrawer(false)}>
          <Sidebar bare />
        </nav>
      </Drawer>
      <Dialogs />
      <Palette />
      <AskDialog />
      <KeyHelp opened={help} onClose={() => setHelp(false)} />
    </div>
  )
}

export function Shell() {
  const navigate = useNavigate()
  const me = useMe()
  const setup = useSetupStatus()
  const away = me.data === null ? (setup.data?.needed ? '/setup' : setup.data ? '/sign-in' : undefined) : undefined
  const router = useRouter()
  useEffect(() => {
    const leave = () => {
      const next = safeNext(router.latestLocation.href)
      void navigate({ to: '/sign-in', search: next === undefined || next === '/' ? {} : { next } })
    }
    if (away === '/sign-in') leave()
    else if (away !== undefined) void navigate({ to: away })
    window.addEventListener(SIGNED_OUT, leave)
    return () => window.removeEventListener(SIGNED_OUT, leave)
  }, [away, navigate, router])
  if (me.isError) {
    return (
      <main className="ek-main">
        <ErrorState title="The balancer does not answer" error={me.error} onRetry={() => void me.refetch()} />
      </main>
    )
  }
  return me.data ? <Frame name={me.data.name} /> : null
}
