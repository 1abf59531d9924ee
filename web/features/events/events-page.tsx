/** Everything that happened, with filters in the address. */
import { Button, Select } from '@mantine/core'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { eventKinds } from '../../../shared/api/event-kinds.ts'
import { ErrorState } from '../../components/error-state.tsx'
import { eventLink } from '../../components/event-link.tsx'
import { EventList } from '../../components/event-list.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.tsx'
import { useStatus } from '../../lib/live.ts'
import { useEvents } from '../../lib/queries.ts'

const route = getRouteApi('/shell/events')
const PAGE = 100
const words: Record<string, string> = {
  availability: 'Health',
  'failing-open': 'Failing open',
  'sign-in': 'Sign-ins',
  revision: 'Revisions',
  process: 'Process',
}

export function EventsPage() {
  const { kind, pool } = route.useSearch()
  const navigate = useNavigate()
  const status = useStatus()
  const [limit, setLimit] = useState(PAGE)
  const events = useEvents({ kind, pool, limit })
  const set = (change: { kind?: string | undefined; pool?: string | undefined }) =>
    void navigate({ to: '/events', search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false })
  return (
    <>
      <PageHeader title="Events" subtitle="Health flips with their evidence, revisions, drains, ejections, sign-ins" />
      <Panel
        flush
        title="Timeline"
        actions={
          <div className="ek-actions">
            <Select
              aria-label="Kind"
              placeholder="Every kind"
              size="xs"
              clearable
              w={150}
              value={kind ?? null}
              onChange={(value) => set({ kind: value ?? undefined })}
              data={eventKinds.map((name) => ({
                value: name,
                label: words[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}s`,
              }))}
              clearButtonProps={{ 'aria-label': 'Clear the kind' }}
            />
            <Select
              aria-label="Pool"
              placeholder="Every pool"
              size="xs"
              clearable
              w={140}
              value={pool ?? null}
              onChange={(value) => set({ pool: value ?? undefined })}
              data={status?.pools.map(({ id }) => id) ?? []}
              clearButtonProps={{ 'aria-label': 'Clear the pool' }}
            />
          </div>
        }
      >
        {events.isError ? (
          <ErrorState title="Events cannot be loaded" error={events.error} onRetry={() => void events.refetch()} />
        ) : (
          <EventList events={events.data} linkOf={eventLink} />
        )}
        {(events.data?.length ?? 0) >= limit && limit < 500 && (
          <div style={{ padding: 12 }}>
            <Button variant="default" size="xs" onClick={() => setLimit(Math.min(500, limit + PAGE))}>
              Show older ones
            </Button>
          </div>
        )}
      </Panel>
    </>
  )
}
