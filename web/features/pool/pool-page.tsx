/** One pool: its state, its charts, its backends and everything that can be done with them. */
import { Button, SegmentedControl } from '@mantine/core'
import { IconArrowsShuffle, IconPlus } from '@tabler/icons-react'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { windowWords } from '../../../shared/what-happened.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { NowhereState } from '../../components/nowhere-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { severityMarks } from '../../components/severity.ts'
import { publicUrl } from '../../lib/base-path.ts'
import { useStatus } from '../../lib/live.ts'
import { useConfig } from '../../lib/queries.ts'
import { BackendCards } from './backend-cards.tsx'
import { BackendTable } from './backend-table.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { CapacityLine } from './capacity-line.tsx'
import { PoolCharts } from './pool-charts.tsx'
import { routeWords } from './route-words.ts'
import { useSelection } from './use-selection.ts'

const route = getRouteApi('/shell/pools/$pool')

export function PoolPage() {
  const { pool: id } = route.useParams()
  const search = route.useSearch()
  const navigate = useNavigate()
  const status = useStatus()
  const { data: config } = useConfig()
  const pool = status?.pools.find((other) => other.id === id)
  const selection = useSelection(pool)
  if (status === undefined || pool === undefined) {
    return (
      <NowhereState title={`There is no pool "${id}"`}>
        It may have been removed or renamed. <Link to="/events">Events</Link> tell when and by whom.
      </NowhereState>
    )
  }
  const routes = config?.document.routes?.filter((other) => other.action.pool === id) ?? []
  const open = (dialog: 'add-backend' | 'strategy') =>
    void navigate({ to: '.', search: (before) => ({ ...before, dialog, in: id }), resetScroll: false })
  const view = search.view ?? 'cards'
  return (
    <>
      <PageHeader
        title={id}
        subtitle={
          <>
            <span className="ek-headline" data-severity={pool.health.severity}>
              <span aria-hidden>{severityMarks[pool.health.severity].shape} </span>
              {pool.health.sentence}
            </span>
            {routes.length > 0 && <> · reached through {routes.map(routeWords).join('; ')}</>}
            {pool.backends.length > 0 && <CapacityLine answer={pool.canLoseOne} />}
          </>
        }
        actions={
          <>
            <Button variant="default" leftSection={<IconArrowsShuffle size={16} />} onClick={() => open('strategy')}>
              {pool.strategy}
            </Button>
            <Button leftSection={<IconPlus size={16} />} onClick={() => open('add-backend')}>
              Add backend
            </Button>
          </>
        }
      />
      {pool.backends.length === 0 ? (
        <section className="ek-panel">
          <EmptyState
            title="Add the first backend"
            action={
              <Button leftSection={<IconPlus size={16} />} onClick={() => open('add-backend')}>
                Add backend
              </Button>
            }
            command={`curl -X POST ${publicUrl()}/api/v1/pools/${id}/backends \\\n  -H "authorization: Bearer $EVENKEEL_TOKEN" -H 'content-type: application/json' \\\n  -d '{"address": "10.0.0.5:3000"}'`}
          >
            It is probed before it is added and takes traffic as soon as one probe has passed.
          </EmptyState>
        </section>
      ) : (
        <>
          <div
            style={{
              display: 'flex',
              justifyContent: 'space-between',
              alignItems: 'center',
              gap: 12,
              flexWrap: 'wrap',
              minHeight: 36,
            }}
          >
            <BulkBar pool={pool} selection={selection} />
            <span className="ek-dim" style={{ fontSize: 12, marginLeft: 'auto' }}>
              Figures: {windowWords(status.recent.seconds)}
            </span>
            <SegmentedControl
              aria-label="View"
              size="xs"
              value={view}
              onChange={(value) =>
                void navigate({
                  to: '.',
                  search: (before) => ({ ...before, view: value === 'table' ? ('table' as const) : undefined }),
                  replace: true,
                  resetScroll: false,
                })
              }
              data={[
                { value: 'cards', label: 'Cards' },
                { value: 'table', label: 'Table' },
              ]}
            />
          </div>
          {view === 'cards' ? (
            <BackendCards pool={pool} selection={selection} />
          ) : (
            <BackendTable pool={pool} selection={selection} />
          )}
          <PoolCharts pool={id} search={search} />
        </>
      )}
    </>
  )
}
