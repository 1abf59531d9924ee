/** What goes through: the live tail of logged requests, filtered by the address, each with its detail. */
import { Button, Skeleton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import type { ExchangeRecord } from '../../../shared/api/records.ts'
import { CopyCurl } from '../../components/copy-curl.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { plural } from '../../lib/format.ts'
import { NoRequests } from './empty.tsx'
import { readFilter } from './filter.ts'
import { FilterBar } from './filter-bar.tsx'
import { reachWords } from './reach.ts'
import { RequestDetail } from './request-detail.tsx'
import { RequestList } from './request-list.tsx'
import { RequestPanel } from './request-panel.tsx'
import './requests.css'
import { MOST_ROWS } from './tail.ts'
import { useReach } from './use-reach.ts'
import { listPath, type Tail, useTail } from './use-tail.ts'

const route = getRouteApi('/shell/requests')

interface Reading {
  pointer: boolean
  focus: boolean
  scrolled: boolean
}

/** "Paused: 14 new", "Live", in words. */
function Flow({
  paused,
  inPast,
  waiting,
  onShow,
}: {
  paused: boolean
  inPast: boolean
  waiting: number
  onShow: () => void
}) {
  const news = waiting >= MOST_ROWS ? `more than ${MOST_ROWS} new` : `${waiting} new`
  return (
    <span className="ek-req-flow">
      <span className="ek-pill ek-mark" data-tone={paused ? 'warn' : 'good'}>
        {paused ? <IconPlayerPauseFilled size={11} aria-hidden /> : <i aria-hidden />}
        {paused ? `Paused: ${news}` : 'Following'}
      </span>
      {(inPast || (paused && waiting > 0)) && (
        <Button size="compact-sm" variant="subtle" onClick={onShow}>
          {inPast ? 'Back to the newest' : 'Show them'}
        </Button>
      )}
    </span>
  )
}

/** Behind the last row: the way into the past, or that it ends here. */
function Older({ tail }: { tail: Tail }) {
  if (!tail.hasOlder) return <p className="ek-req-older ek-dim">The log has nothing older.</p>
  return (
    <div className="ek-req-older">
      {tail.olderError !== null && (
        <span role="alert" className="ek-bad">
          Older requests cannot be loaded.
        </span>
      )}
      <Button size="xs" variant="default" loading={tail.loadingOlder} onClick={tail.loadOlder}>
        Show older requests
      </Button>
    </div>
  )
}

export function RequestsPage() {
  const { q = '', exchange } = route.useSearch()
  const navigate = useNavigate()
  const filter = useMemo(() => readFilter(q), [q])
  const [held, setHeld] = useState(false)
  const [reading, setReading] = useState<Reading>({ pointer: false, focus: false, scrolled: false })
  const paused = held || exchange !== undefined || reading.pointer || reading.focus || reading.scrolled
  const tail = useTail(filter, paused)
  const { reach, failed } = useReach()
  const beside = useMediaQuery('(min-width: 1200px)', false, { getInitialValueInEffect: false }) ?? false
  const at = tail.rows.findIndex(({ id }) => id === exchange)
  const step = (to: ExchangeRecord | undefined) =>
    to === undefined
      ? undefined
      : () =>
          void navigate({
            to: '/requests',
            search: (before) => ({ ...before, exchange: to.id }),
            replace: true,
            resetScroll: false,
          })
  const onReading = useCallback(
    (change: Partial<Reading>) =>
      setReading((before) =>
        Object.entries(change).every(([name, value]) => before[name as keyof Reading] === value)
          ? before
          : { ...before, ...change },
      ),
    [],
  )
  const setLine = (line: string) =>
    void navigate({
      to: '/requests',
      search: (before) => ({ ...before, q: line === '' ? undefined : line }),
      replace: true,
      resetScroll: false,
    })
  const close = () =>
    void navigate({ to: '/requests', search: (before) => ({ ...before, exchange: undefined }), resetScroll: false })
  return (
    <>
      <PageHeader
        title="Requests"
        subtitle={
          reach !== undefined
            ? reachWords(reach, Date.now())
            : failed
              ? 'How far back the log reaches cannot be told at present.'
              : 'Errors and slow requests always; of the others a sample'
        }
        actions={
          <>
            <CopyCurl call={{ method: 'GET', path: listPath(filter) }} />
            <Button
              variant="default"
              aria-pressed={held}
              leftSection={held ? <IconPlayerPlayFilled size={14} /> : <IconPlayerPauseFilled size={14} />}
              onClick={() => setHeld(!held)}
            >
              {held ? 'Resume' : 'Pause'}
            </Button>
          </>
        }
      />
      <FilterBar filter={filter} onChange={setLine} />
      <div className="ek-req-split" data-open={(beside && exchange !== undefined) || undefined}>
        <section className="ek-panel" aria-label="Log">
          <header className="ek-panel-head">
            <h2>
              {tail.rows.length === MOST_ROWS ? `Newest ${MOST_ROWS} requests` : plural(tail.rows.length, 'request')}
            </h2>
            <Flow
              paused={paused || tail.inPast}
              inPast={tail.inPast}
              waiting={tail.waiting}
              onShow={tail.showWaiting}
            />
          </header>
          {tail.error !== null && tail.rows.length === 0 ? (
            <div className="ek-panel-body">
              <ErrorState title="Requests cannot be loaded" error={tail.error} onRetry={tail.retry} />
            </div>
          ) : tail.loading && tail.rows.length === 0 ? (
            <div className="ek-panel-body" aria-busy="true" role="status" aria-label="Loading requests">
              {Array.from({ length: 8 }, (_, index) => (
                <Skeleton key={index} height={20} mb={16} />
              ))}
            </div>
          ) : tail.rows.length === 0 ? (
            <NoRequests filter={filter} onClear={() => setLine('')} />
          ) : (
            <RequestList rows={tail.rows} openId={exchange} older={<Older tail={tail} />} onReading={onReading} />
          )}
        </section>
        <RequestPanel
          beside={beside}
          opened={exchange !== undefined}
          place={at === -1 ? '' : `${at + 1} of ${tail.rows.length}`}
          onNewer={step(at > 0 ? tail.rows[at - 1] : undefined)}
          onOlder={step(at >= 0 ? tail.rows[at + 1] : undefined)}
          onClose={close}
        >
          {exchange !== undefined && <RequestDetail id={exchange} known={tail.rows[at]} reach={reach} />}
        </RequestPanel>
      </div>
    </>
  )
}
