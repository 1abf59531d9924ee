/** Type to go somewhere or to do something: pools, backends, verbs. Loaded when it is first asked for. */
import '@mantine/spotlight/styles.layer.css'
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useStatusPart } from '../lib/live-hooks.ts'
import { useChange } from '../lib/mutations.ts'
import { useDialogs } from '../lib/search.ts'
import { backendActions, type Doer, pageActions, poolActions } from './palette-actions.tsx'
import { useSignOut } from './UserMenu.tsx'

const [store, palette] = createSpotlight()
/** Most entries shown at once. */
const LIMIT = 10

function useDoer(): Doer {
  const navigate = useNavigate()
  const dialogs = useDialogs()
  const change = useChange()
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  const signOut = useSignOut()
  return {
    overview: () => void navigate({ to: '/' }),
    events: () => void navigate({ to: '/events', search: {} }),
    pool: (pool, backend) =>
      void navigate({ to: '/pools/$pool', params: { pool }, search: backend === undefined ? {} : { q: backend } }),
    add: dialogs.addBackend,
    remove: dialogs.removeBackend,
    strategy: dialogs.switchStrategy,
    change: change.mutate,
    scheme: () => setColorScheme(scheme === 'dark' ? 'light' : 'dark'),
    signOut: () => void signOut(),
  }
}

export function Palette({ request }: { request: number }) {
  const doer = useDoer()
  const pools = useStatusPart((status) => status.pools) ?? []
  const [query, setQuery] = useState('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: each request opens it again
  useEffect(() => palette.open(), [request])

  const actions: SpotlightActionData[] = [
    ...pools.flatMap((pool) => poolActions(pool, doer)),
    ...pageActions(doer),
    ...(query === '' ? [] : pools.flatMap((pool) => backendActions(pool, doer))),
  ]
  return (
    <Spotlight
      store={store}
      shortcut={null}
      query={query}
      onQueryChange={setQuery}
      actions={actions}
      limit={LIMIT}
      nothingFound="Nothing matches. Try a pool, a backend, or a verb such as drain."
      scrollable
      maxHeight={420}
      shadow="none"
      aria-label="Search or do"
      searchProps={{
        leftSection: <IconSearch size={16} stroke={1.8} />,
        placeholder: 'Go to a pool, drain a backend, switch a strategy…',
        'aria-label': 'Search or do',
      }}
      styles={{
        content: { border: '1px solid var(--ek-line)', background: 'var(--ek-raised)' },
        search: { background: 'transparent', fontSize: 15 },
      }}
    />
  )
}
