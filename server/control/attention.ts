/** What a person should look at now, with what to do next. Pure; worst first, keys stable. */
import type { Attention, BackendStatus, PoolStatus, Status } from '../../shared/api/live.ts'
import type { Config } from '../../shared/config/config.ts'
import { failOpenWords } from '../../shared/fail-open.ts'

export type AttentionFacts = Pick<Status, 'listeners' | 'pools' | 'workers' | 'storage' | 'draining'> & {
  /** Pools whose connection limits would not have taken the last hour's peak without their largest backend. */
  tight: ReadonlySet<string>
}

function backendAttention(pool: PoolStatus, backend: BackendStatus): Attention[] {
  if (backend.drain?.removed || (backend.availability !== 'unhealthy' && backend.availability !== 'ejected')) return []
  const ejected = backend.availability === 'ejected'
  return [
    {
      key: `backend:${pool.id}/${backend.id}`,
      severity: 'warning',
      title: `${backend.id} is ${backend.availability}: ${backend.reason}`,
      advice: ejected
        ? `It failed in live traffic and returns by itself. Look at its log; drain it if it keeps failing.`
        : `Check that the program at ${backend.address} runs and answers its health check; "Test now" shows each step.`,
      pool: pool.id,
      backend: backend.id,
    },
  ]
}

function poolAttention(pool: PoolStatus, routed: boolean): Attention[] {
  const items = pool.backends.flatMap((backend) => backendAttention(pool, backend))
  if (pool.condition === 'down' && !pool.backends.every((backend) => backend.availability === 'unknown'))
    items.unshift({
      key: `pool:${pool.id}`,
      severity: 'error',
      title: `No backend of ${pool.id} is available`,
      advice: pool.failingOpen
        ? `The pool fails open: ${failOpenWords(pool.failOpenRule)}. Start the backends or add another one.`
        : 'Clients get 503. Start the backends, enable one, or add another one.',
      pool: pool.id,
    })
  else if (pool.failingOpen)
    items.unshift({
      key: `pool:${pool.id}`,
      severity: 'error',
      title: `${pool.id} is failing open: ${failOpenWords(pool.failOpenRule)}`,
      advice: 'Check the unhealthy ones and the health check itself.',
      pool: pool.id,
    })
  if (pool.condition === 'empty' && routed)
    items.push({
      key: `empty:${pool.id}`,
      severity: 'warning',
      title: `${pool.id} has no backends`,
      advice: 'Requests that are routed to it get 503. Add a backend.',
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
  if (busiest >= 0.9)
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

/** Everything worth a look, errors first. Empty when all is well. */
export function attentionOf(facts: AttentionFacts, config: Config): Attention[] {
  const routed = new Set(config.routes.map((route) => route.action.pool))
  const items: Attention[] = facts.listeners
    .filter((listener) => listener.condition === 'failed' || listener.problem !== null)
    .map((listener) => ({
      key: `listener:${listener.id}`,
      severity: 'error',
      title: `Listener ${listener.id} is not listening on ${listener.address}${listener.condition === 'failed' ? '' : ' in every worker'}`,
      advice: listener.problem ?? 'Choose another address, or stop the program that holds this one.',
    }))
  items.push(...processAttention(facts), ...facts.pools.flatMap((pool) => poolAttention(pool, routed.has(pool.id))))
  items.push(...facts.pools.filter((pool) => facts.tight.has(pool.id)).map(tightAttention))
  return items.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
}
