/** Questions about availability that several screens ask. */
import type { BackendStatus, PoolStatus, Status } from '../../shared/api/live.ts'

/** Out of service though somebody wants it in: counts as a problem. */
export function isDown(backend: Pick<BackendStatus, 'availability'>): boolean {
  return backend.availability === 'unhealthy' || backend.availability === 'ejected'
}

/** Takes new traffic. */
export function isServing(backend: Pick<BackendStatus, 'availability'>): boolean {
  return backend.availability === 'healthy'
}

export interface Tally {
  healthy: number
  down: number
  total: number
}

/** Counts the backends of pools; removed ones that still drain do not count. */
export function tally(pools: readonly PoolStatus[]): Tally {
  const backends = pools.flatMap((pool) => pool.backends).filter((backend) => !backend.drain?.removed)
  return {
    healthy: backends.filter(isServing).length,
    down: backends.filter(isDown).length,
    total: backends.length,
  }
}

export interface Sentence {
  tone: 'good' | 'warn' | 'bad' | 'idle'
  text: string
}

/** The state of everything in one sentence. */
export function statusSentence(status: Pick<Status, 'pools' | 'attention' | 'draining'>): Sentence {
  const { pools, attention } = status
  if (status.draining) return { tone: 'warn', text: 'Evenkeel is stopping: it finishes what it has' }
  const problems = attention.length
  if (problems > 0) {
    const bad = attention.some((one) => one.severity === 'error')
    const text = problems === 1 ? '1 problem needs attention' : `${problems} problems need attention`
    return { tone: bad ? 'bad' : 'warn', text }
  }
  if (pools.length === 0) return { tone: 'idle', text: 'No pools yet' }
  if (pools.every((pool) => pool.condition === 'empty')) return { tone: 'idle', text: 'No backends yet' }
  if (pools.some((pool) => pool.backends.some((backend) => backend.availability === 'unknown')))
    return { tone: 'idle', text: 'Waiting for the first probes' }
  return {
    tone: 'good',
    text: pools.length === 1 ? `Pool ${pools[0]?.id} is healthy` : `All ${pools.length} pools healthy`,
  }
}
