/** Where one can go: overview, requests, events, each pool with its state. */
import { IconActivity, IconLayoutDashboard, IconListSearch } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { severityMarks } from '../components/severity.ts'
import { at } from '../lib/base-path.ts'
import { useStatus } from '../lib/live.ts'

export function Brand() {
  return (
    <Link to="/" className="ek-brand" style={{ padding: 0 }}>
      <img src={at('/favicon.svg')} alt="" width={22} height={22} />
      Evenkeel
    </Link>
  )
}

export function Sidebar({ bare = false }: { bare?: boolean }) {
  const status = useStatus()
  return (
    <>
      {!bare && (
        <div style={{ padding: '0 8px 16px' }}>
          <Brand />
        </div>
      )}
      <Link to="/" className="ek-nav" activeOptions={{ exact: true, includeSearch: false }}>
        <IconLayoutDashboard size={18} aria-hidden /> Overview
      </Link>
      <Link to="/requests" className="ek-nav" activeOptions={{ includeSearch: false }}>
        <IconListSearch size={18} aria-hidden /> Requests
      </Link>
      <Link to="/events" className="ek-nav" activeOptions={{ includeSearch: false }}>
        <IconActivity size={18} aria-hidden /> Events
      </Link>
      <div className="ek-nav-title">Pools</div>
      {status?.pools.map((pool) => {
        const { tone, shape, word } = severityMarks[pool.health.severity]
        return (
          <Link
            key={pool.id}
            to="/pools/$pool"
            params={{ pool: pool.id }}
            className="ek-nav"
            activeOptions={{ includeSearch: false }}
            title={pool.health.sentence}
          >
            <span
              className="ek-mark"
              data-tone={tone}
              style={{ width: 18, justifyContent: 'center', fontSize: 11 }}
              aria-hidden
            >
              {shape}
            </span>
            <span className="name">{pool.id}</span>
            <span className="ek-hidden">{word}</span>
            <span className="ek-dim" style={{ fontSize: 12 }}>
              {pool.taking}/{pool.outOf}
            </span>
          </Link>
        )
      })}
      {status !== undefined && (
        <div className="ek-dim" style={{ marginTop: 'auto', fontSize: 12, padding: '16px 8px 0' }}>
          Version {status.version} · revision {status.revision}
        </div>
      )}
    </>
  )
}
