/** What a simulation can tell and what it cannot, in plain sentences. */
import type { SimulationAnswer } from '../../shared/api/simulation.ts'
import type { PoolConfig } from '../../shared/config/pool.ts'
import type { JobResult } from '../core/simulator/job.ts'
import type { StrategySpec } from '../core/strategies/strategy.ts'
import type { SimulatedPool } from './simulation-pool.ts'
import { FEWEST_TIMES, type Window } from './simulation-traffic.ts'

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const reasons: Record<string, string> = { backup: 'a backup', 'weight-0': 'weight 0', unknown: 'not probed yet' }

/** "a, b and 3 more". */
function listed(names: readonly string[]): string {
  if (names.length > 4) return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
  return names.join(' and ').replace(/ and (?=.* and )/g, ', ')
}

function lasting(seconds: number): string {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} minutes`
}

function leftOutWords({ leftOut }: SimulatedPool): string[] {
  if (leftOut.length === 0) return []
  const names = leftOut.map(({ id, because }) => `${id} (${reasons[because] ?? because})`)
  return [`Left out, because ${leftOut.length === 1 ? 'it takes' : 'they take'} no traffic now: ${listed(names)}.`]
}

/** Where recorded requests and times come from. */
export function recordedNote(
  window: Window,
  borrowed: readonly { id: string; measured: number }[],
  pool: SimulatedPool,
): string {
  const { requests, recorded, seconds, cut } = window
  const sentences = [
    recorded >= requests
      ? `All ${whole.format(requests)} requests of ${lasting(seconds)} were recorded.`
      : `${whole.format(recorded)} of ${whole.format(requests)} requests of ${lasting(seconds)} were recorded; the rest is drawn from them.`,
  ]
  if (cut)
    sentences.push('Only the newest part of the time asked for: more requests than that are not replayed at once.')
  if (borrowed.length > 0) {
    const names = borrowed.map(({ id, measured }) => `${id} (${measured})`)
    const who = `${listed(names)} ${borrowed.length === 1 ? 'has' : 'have'}`
    sentences.push(
      `${who} fewer than ${FEWEST_TIMES} measured answers and ${borrowed.length === 1 ? 'borrows' : 'borrow'} the pool's times.`,
    )
  }
  return [...sentences, ...leftOutWords(pool)].join(' ')
}

/** Where synthetic requests and times come from. */
export function syntheticNote(
  mix: { requestsPerSecond: number; clients: number; skew: number; medianMs: number; p99Ms: number; seconds: number },
  pool: SimulatedPool,
): string {
  const sentence =
    `Made up, not recorded: ${mix.requestsPerSecond} requests/s for ${mix.seconds} s from ${whole.format(mix.clients)} clients ` +
    `(skew ${mix.skew}), answered in ${mix.medianMs} ms (median) to ${mix.p99Ms} ms (p99) by every backend alike.`
  return [sentence, ...leftOutWords(pool)].join(' ')
}

function can(pool: SimulatedPool, result: JobResult, recorded: boolean): string[] {
  const times = recorded ? 'the times measured on each backend' : 'the times given'
  const list = [
    'How requests spread: the share of each backend and how level that is.',
    `Latency to the first byte from ${times}, waiting in the pool's queue included.`,
  ]
  if (pool.backends.some(({ maxConnections }) => maxConnections > 0))
    list.push('How many requests find every backend at its maxConnections, and how long they wait.')
  if (result.moves !== null) list.push('Which clients and keys would find another backend.')
  return list
}

function ofRecording(window: Window, strategies: readonly StrategySpec[]): string[] {
  const list: string[] = []
  if (window.recorded < window.requests)
    list.push('Clients and paths that are not among the recorded requests, and bursts shorter than a second.')
  if (strategies.some((one) => one.type === 'hash' && one.on === 'uri'))
    list.push('Queries: the log keeps the path alone, so requests that differ in the query only count as one key.')
  if (window.exchanges.some(({ exchange }) => exchange.status === 101))
    list.push('WebSockets that were open before: only those that have ended are in the log.')
  return list
}

function ofPool(config: PoolConfig, pool: SimulatedPool): string[] {
  const list: string[] = []
  if (pool.backends.every(({ maxConnections }) => maxConnections === 0))
    list.push('Queueing: no backend has maxConnections, so here nothing ever waits.')
  if (config.sticky !== undefined)
    list.push('Sticky sessions: clients with a cookie stay where they are; here every request is placed anew.')
  return list
}

/** Both lists for one answer. `window` is absent for a synthetic mix. */
export function predictions(
  config: PoolConfig,
  pool: SimulatedPool,
  result: JobResult,
  window: Window | undefined,
): Pick<SimulationAnswer, 'canPredict' | 'cannotPredict'> {
  const strategies = [config.strategy, pool.whatIf.strategy ?? config.strategy]
  const own = window
    ? ofRecording(window, strategies)
    : ['Differences between your backends: in a synthetic mix all of them are equally fast.']
  const told = [...result.changed.notPredicted, ...result.baseline.notPredicted]
  return {
    canPredict: can(pool, result, window !== undefined),
    cannotPredict: [...new Set([...own, ...ofPool(config, pool), ...told])],
  }
}
