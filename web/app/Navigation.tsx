/** Where one can go: overview, each pool with its condition, events. In the sidebar, and in the drawer on a phone. */
import { IconActivity, IconLayoutDashboard, IconSearch } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { BrandMark } from '../components/BrandMark.tsx'
import { ConditionMark } from '../components/ConditionMark.tsx'
import { Kbd } from '../components/Kbd.tsx'
import { formatSpan } from '../lib/format.ts'
import { useStatusPart } from '../lib/live-hooks.ts'
import { modKey } from '../lib/platform.ts'
import styles from './navigation.module.css'

function PoolLinks() {
  const pools = useStatusPart((status) => status.pools) ?? []
  return (
    <div className={styles.pools}>
      {pools.map((pool) => {
        const serving = pool.backends.filter((backend) => backend.availability === 'healthy').length
        return (
          <Link key={pool.id} to="/pools/$pool" params={{ pool: pool.id }} search={{}} className={styles.link}>
            <div className={styles.icon}>
              <ConditionMark condition={pool.condition} iconOnly />
            </div>
            <span>{pool.id}</span>
            <span className={`${styles.count} tnum`} title={`${serving} of ${pool.backends.length} backends healthy`}>
              {serving}/{pool.backends.length}
            </span>
          </Link>
        )
      })}
    </div>
  )
}

function Foot() {
  const about = useStatusPart((status) => `${status.version} · up ${formatSpan(coarse(status.now - status.startedAt))}`)
  return <div className={`${styles.foot} tnum`}>{about ?? ' '}</div>
}

/** Seconds only in the first minute: a number that moves all the time draws the eye for nothing. */
function coarse(ms: number): number {
  return ms < 60_000 ? ms : Math.floor(ms / 60_000) * 60_000
}

export function Navigation({ onSearch }: { onSearch: () => void }) {
  return (
    <nav className={styles.nav} aria-label="Main">
      <Link to="/" className={styles.brand} aria-label="Evenkeel, overview" activeProps={{ 'aria-current': undefined }}>
        <BrandMark /> Evenkeel
      </Link>
      <button type="button" className={styles.search} onClick={onSearch}>
        <IconSearch size={14} stroke={1.8} aria-hidden="true" />
        Search or do
        <Kbd>{`${modKey} K`}</Kbd>
      </button>
      <Link to="/" className={styles.link} activeOptions={{ exact: true, includeSearch: false }}>
        <div className={styles.icon}>
          <IconLayoutDashboard size={16} stroke={1.8} aria-hidden="true" />
        </div>
        <span>Overview</span>
      </Link>
      <Link to="/events" search={{}} className={styles.link} activeOptions={{ includeSearch: false }}>
        <div className={styles.icon}>
          <IconActivity size={16} stroke={1.8} aria-hidden="true" />
        </div>
        <span>Events</span>
      </Link>
      <div className={styles.group}>Pools</div>
      <PoolLinks />
      <Foot />
    </nav>
  )
}
