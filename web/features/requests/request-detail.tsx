/** One request: what it was, where its time went, why this backend. Its address opens it again. */
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ExchangeLogReach } from '../../../shared/api/exchanges.ts'
import type { ExchangeRecord } from '../../../shared/api/records.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { CopyCurl } from '../../components/copy-curl.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorState } from '../../components/error-state.tsx'
import { api } from '../../lib/api.ts'
import { bytes, millis } from '../../lib/format.ts'
import './detail.css'
import { LoggedMark, outcomeWords, StatusMark } from './marks.tsx'
import { reachWords } from './reach.ts'
import { preciseTime } from './request-list.tsx'
import { verdictOf } from './verdict.ts'
import { Waterfall } from './waterfall-view.tsx'
import { Why } from './why.tsx'

export interface RequestDetailProps {
  id: string
  /** The record, when a row has it. */
  known: ExchangeRecord | undefined
  /** How far back the log reaches. */
  reach: ExchangeLogReach | undefined
}

function Facts({ exchange }: { exchange: ExchangeRecord }) {
  const way = [exchange.listener, exchange.route ?? 'no route']
  const facts: [string, ReactNode][] = [
    ['Began', preciseTime(exchange.at)],
    ['Total', millis(exchange.totalMs)],
    ['Ended', outcomeWords[exchange.outcome]],
    ['Logged as', <LoggedMark key="logged" because={exchange.loggedBecause} />],
    [
      'Client',
      <span key="client" className="mono">
        {exchange.client}
      </span>,
    ],
    [
      'Host',
      <span key="host" className="mono">
        {exchange.host}
      </span>,
    ],
    ['Received', bytes(exchange.bytesIn)],
    ['Sent', bytes(exchange.bytesOut)],
    [
      'Way',
      <span key="way">
        {way.join(' → ')}
        {exchange.pool !== null && (
          <>
            {' → '}
            <Link to="/pools/$pool" params={{ pool: exchange.pool }}>
              {exchange.pool}
            </Link>
          </>
        )}
        {' → '}
        {exchange.backend ?? 'no backend'}
      </span>,
    ],
  ]
  return (
    <dl className="ek-req-facts">
      {facts.map(([name, value]) => (
        <div key={name} data-wide={name === 'Way' || undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Body({ exchange }: { exchange: ExchangeRecord }) {
  const verdict = verdictOf(exchange)
  return (
    <div className="ek-req-detail">
      <p className="ek-req-line">
        <StatusMark exchange={exchange} />
        <span className="mono">
          <strong>{exchange.method}</strong> {exchange.path}
        </span>
      </p>
      <p className="ek-req-verdict" data-tone={verdict.tone}>
        {verdict.text}
      </p>
      <div className="ek-req-bar">
        <span className="mono ek-dim ek-req-break">{exchange.id}</span>
        <span className="ek-actions">
          <CopyButton text={exchange.id}>Copy request id</CopyButton>
          <CopyCurl call={{ method: 'GET', path: `/exchanges/${encodeURIComponent(exchange.id)}` }} />
        </span>
      </div>
      <Facts exchange={exchange} />
      <section aria-labelledby="request-time">
        <h2 id="request-time">Where the time went</h2>
        <Waterfall exchange={exchange} />
      </section>
      <section aria-labelledby="request-why">
        <h2 id="request-why">{exchange.backend === null ? 'Why no backend' : 'Why this backend'}</h2>
        <Why exchange={exchange} />
      </section>
    </div>
  )
}

/** What cannot be found any more, and why. */
function Gone({ id, reach }: { id: string; reach: ExchangeLogReach | undefined }) {
  return (
    <EmptyState title="This request is not in the log">
      Id <span className="mono ek-req-break">{id}</span>.{' '}
      {reach !== undefined && `The log holds: ${reachWords(reach, Date.now())}`} Requests that were not sampled were
      never in it.
    </EmptyState>
  )
}

export function RequestDetail({ id, known, reach }: RequestDetailProps) {
  const fetched = useQuery({
    queryKey: ['exchange', id],
    // Asked as a list, so that one that is gone is an empty answer and not a failed request.
    queryFn: async () => (await api<ExchangeRecord[]>('GET', `/exchanges?id=${encodeURIComponent(id)}`))[0] ?? null,
    enabled: known === undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const exchange = known ?? fetched.data ?? undefined
  if (exchange !== undefined) return <Body exchange={exchange} />
  if (fetched.data === null) return <Gone id={id} reach={reach} />
  if (fetched.isError)
    return (
      <ErrorState title="The request cannot be loaded" error={fetched.error} onRetry={() => void fetched.refetch()} />
    )
  return (
    <div aria-busy="true" role="status" aria-label="Loading the request">
      <Skeleton height={24} mb={16} />
      <Skeleton height={120} mb={16} />
      <Skeleton height={160} />
    </div>
  )
}
