/** What a person should look at now, with what to do next. Pure; worst first, keys stable. */
import type { Attention, BackendStatus, PoolStatus, Status } from '../../shared/api/live.ts'
import { countReasons, isBusy, mostFail, poolTitle } from '../../shared/condition.ts'
import type { Config } from '../../shared/config/config.ts'
import type { PoolConfig } from '../../shared/config/pool.ts'
import { backendAdvice } from './backend-advice.ts'

export type AttentionFacts = Pick<Status, 'listeners' | 'pools' | 'workers' | 'storage' | 'draining'> & {
  /** Pools whose connection limits would not have taken the last hour's peak without their largest backend. */
  tight: ReadonlySet<string>
  /** Pools of which few or no backends take traffic. */
  problems: ReadonlySet<string>
  /** Names whose addresses are used although something is wrong with them. */
  names: readonly NameTrouble[]
}

/** Something wrong with a name, in words. unresolved: it cannot be looked up. refused: one of its addresses is not used. */
export interface NameTrouble {
  readonly kind: 'unresolved' | 'refused'
  readonly trouble: string
}

function backendAttention(pool: PoolStatus, backend: BackendStatus, config: PoolConfig | undefined): Attention[] {
  if (backend.drain?.removed || (backend.availability !== 'unhealthy' && backend.availability !== 'ejected')) return []
  // A person has taken it out: how it feels meanwhile needs nobody.
  if (backend.adminState !== 'active') return []
  return [
    {
      key: `backend:${pool.id}/${backend.id}`,
      severity: 'warning',
      title: `${pool.id} / ${backend.id} is ${backend.availability}: ${backend.reason}`,
      advice: backendAdvice(backend, config),
      pool: pool.id,
      backend: backend.id,
      ...(backend.returnsAt !== null && { until: backend.returnsAt }),
    },
  ]
}

function poolAdvice(pool: PoolStatus): string {
  const { condition, failingOpen, backends, taking } = pool
  const present = backends.filter(({ drain }) => drain?.removed !== true)
  if (condition === 'empty') return `Add a backend on the page of ${pool.id}.`
  if (failingOpen) return 'Look at why they are unavailable: each says it below. Start them, or add another backend.'
  const reasons = countReasons(present)
  const byChoice = present.some(({ adminState, weight }) => adminState !== 'active' || weight === 0)
  const remedy = byChoice ? 'Activate one, give it a weight, or add another.' : 'Start them, or add another.'
  if (taking === 0) return `Of its backends, ${reasons}. ${remedy}`
  if (mostFail(pool.recent))
    return 'At least half of the latest requests failed. The page Requests shows them with their reasons: filter by status:5xx.'
  const only = present.find(({ leftOut }) => leftOut === null)
  const risk = taking === 1 ? `If ${only?.id} fails, no other takes over. ` : ''
  return `${risk}Of its backends, ${reasons}. ${remedy}`
}

function poolAttention(pool: PoolStatus, isProblem: boolean, config: PoolConfig | undefined): Attention[] {
  const items = pool.backends.flatMap((backend) => backendAttention(pool, backend, config))
  if (isProblem)
    items.unshift({
      key: `pool:${pool.id}`,
      severity: pool.health.severity === 'error' ? 'error' : 'warning',
      title: poolTitle(pool),
      advice: poolAdvice(pool),
      pool: pool.id,
    })
  return items
}

function processAttention({ workers, storage }: AttentionFacts): Attention[] {
  const items: Attention[] = []
  if (storage.condition === 'failing')
    items.push({
      key: 'storage',
      severity: 'error',
      title: 'The database does not take writes',
      advice: storage.problem ?? 'Free disk space or repair the data directory; traffic goes on meanwhile.',
    })
  for (const worker of workers.filter((one) => one.condition === 'restarting'))
    items.push({
      key: `worker:${worker.index}`,
      severity: 'error',
      title: `Worker ${worker.index} is restarting (${worker.restarts} times so far)`,
      advice: 'The other workers serve meanwhile. The log has the cause.',
    })
  const busiest = Math.max(0, ...workers.map((worker) => worker.utilization))
  if (isBusy(workers))
    items.push({
      key: 'busy',
      severity: 'warning',
      title: `Workers are ${Math.round(busiest * 100)} % busy`,
      advice: 'Latency rises soon. Start with more workers (--workers) or use a machine with more cores.',
    })
  items.push(...shortAttention(workers))
  return items
}

function shortAttention(workers: AttentionFacts['workers']): Attention[] {
  const items: Attention[] = []
  if (workers.some(({ shortOf }) => shortOf === 'descriptors'))
    items.push({
      key: 'descriptors',
      severity: 'error',
      title: 'File descriptors run out',
      advice:
        'Idle clients are closed or turned away; what is at work goes on. Start with a higher limit of open files (ulimit -n, or LimitNOFILE of the service).',
    })
  if (workers.some(({ shortOf }) => shortOf === 'connections'))
    items.push({
      key: 'connections',
      severity: 'error',
      title: 'Clients are turned away: a listener has all the connections it may have',
      advice: 'Raise limits.connections of the listener where the machine can take more, or lower its idle time.',
    })
  return items
}

function tightAttention(pool: PoolStatus): Attention {
  return {
    key: `tight:${pool.id}`,
    severity: 'warning',
    title: `${pool.id} cannot lose a backend`,
    advice: `${pool.canLoseOne.sentence} Raise maxConnections where the backends can take it, or add one.`,
    pool: pool.id,
  }
}

const NAME_ADVICE = {
  unresolved:
    'Traffic and health checks go on with the addresses known last. Check the name servers (/etc/resolv.conf, or --name-server) and the name.',
  refused: 'The other addresses of the name are used. Find out who lets the name lead there.',
} as const

/** One item for each kind, since names share their name servers. */
function nameAttention(names: readonly NameTrouble[]): Attention[] {
  return (['unresolved', 'refused'] as const).flatMap((kind) => {
    const [first, ...others] = names.filter((name) => name.kind === kind)
    if (first === undefined) return []
    const more = others.length === 0 ? '' : ` (and ${others.length} more name${others.length > 1 ? 's' : ''})`
    return [{ key: `names:${kind}`, severity: 'warning', title: `${first.trouble}${more}`, advice: NAME_ADVICE[kind] }]
  })
}

const configOf = (config: Config, pool: string) => config.pools.find(({ id }) => id === pool)

/** Everything worth a look, errors first. Empty when all is well. */
export function attentionOf(facts: AttentionFacts, config: Config): Attention[] {
  const items: Attention[] = facts.listeners
    .filter((listener) => listener.condition === 'failed' || listener.problem !== null)
    .map((listener) => ({
      key: `listener:${listener.id}`,
      severity: 'error',
      title: `Listener ${listener.id} is not listening on ${listener.address}${listener.condition === 'failed' ? '' : ' in every worker'}`,
      advice: listener.problem ?? 'Choose another address, or stop the program that holds this one.',
    }))
  items.push(...nameAttention(facts.names))
  items.push(
    ...processAttention(facts),
    ...facts.pools.flatMap((pool) => poolAttention(pool, facts.problems.has(pool.id), configOf(config, pool.id))),
  )
  items.push(...facts.pools.filter((pool) => facts.tight.has(pool.id)).map(tightAttention))
  return items.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
}
