/** What a simulation came to, in words and comparable numbers. */
import type { SimulationAnswer, SimulationReport } from '../../../shared/api/simulation.ts'
import { count, millis, percent } from '../../lib/format.ts'

/** Share of one backend before and after. */
export interface ShareRow {
  id: string
  before: number
  after: number
  /** It would be gone. */
  gone: boolean
}

/** Every backend that takes part before or after, in the order of the pool. */
export function shareRows({ baseline, changed }: Pick<SimulationAnswer, 'baseline' | 'changed'>): ShareRow[] {
  const shares = new Map(changed.backends.map(({ id, share }) => [id, share] as const))
  return baseline.backends.map(({ id, share }) => ({
    id,
    before: share,
    after: shares.get(id) ?? 0,
    gone: !shares.has(id),
  }))
}

export interface Figure {
  label: string
  /** What it means, for those who do not know the word. */
  hint: string
  before: string
  after: string
  verdict: 'better' | 'worse' | 'same'
  /** `−12 %`; empty where a difference means little. */
  difference: string
}

/** Less than this is noise. */
const NOTICEABLE = 0.03

function compared(before: number | null, after: number | null): Pick<Figure, 'verdict' | 'difference'> {
  if (before === null || after === null || before <= 0) {
    const worse = (after ?? 0) > (before ?? 0)
    return { verdict: worse ? 'worse' : 'same', difference: '' }
  }
  const change = after / before - 1
  if (Math.abs(change) < NOTICEABLE) return { verdict: 'same', difference: 'same' }
  const difference =
    change > 1 ? `× ${(change + 1).toFixed(1)}` : `${change > 0 ? '+' : '−'}${percent(Math.abs(change))}`
  return { verdict: change > 0 ? 'worse' : 'better', difference }
}

const latencies = [
  ['p50', 'half of the answers take less'],
  ['p95', '95 of 100 answers take less'],
  ['p99', '99 of 100 answers take less'],
] as const

function waiting({ queueing }: SimulationReport): string {
  return queueing.requests === 0 ? 'none' : `${count(queueing.requests)}, ${millis(queueing.meanMs)} each`
}

/** The figures of both runs side by side. Imbalance is no verdict: a strategy may well mean it. */
export function figures({ baseline, changed }: Pick<SimulationAnswer, 'baseline' | 'changed'>): Figure[] {
  const list: Figure[] = latencies.map(([name, hint]) => ({
    label: name,
    hint,
    before: millis(baseline.latency[name]),
    after: millis(changed.latency[name]),
    ...compared(baseline.latency[name], changed.latency[name]),
  }))
  list.push({
    label: 'Imbalance',
    hint: 'busiest against the mean; 1.00 is level',
    before: baseline.imbalance.toFixed(2),
    after: changed.imbalance.toFixed(2),
    verdict: 'same',
    difference: '',
  })
  list.push({
    label: 'Waited',
    hint: 'requests, for a free place',
    before: waiting(baseline),
    after: waiting(changed),
    ...compared(baseline.queueing.requests, changed.queueing.requests),
    difference: '',
  })
  list.push({
    label: 'Refused',
    hint: 'requests without a place in time',
    before: count(baseline.refused),
    after: count(changed.refused),
    ...compared(baseline.refused, changed.refused),
    difference: '',
  })
  return list
}

/** The one sentence to read: what changes most in latency, and whose share. */
export function headline(answer: Pick<SimulationAnswer, 'baseline' | 'changed'>): string {
  const { baseline, changed } = answer
  const most = shareRows(answer)
    .filter((row) => !row.gone)
    .reduce<ShareRow | undefined>(
      (a, b) => (a && Math.abs(a.after - a.before) >= Math.abs(b.after - b.before) ? a : b),
      undefined,
    )
  const { verdict } = compared(baseline.latency.p95, changed.latency.p95)
  const p95 =
    verdict === 'same'
      ? `p95 stays at about ${millis(changed.latency.p95)}`
      : `p95 would be ${millis(changed.latency.p95)} instead of ${millis(baseline.latency.p95)}`
  const refused = changed.refused > baseline.refused ? `; ${count(changed.refused)} requests would be refused` : ''
  if (most === undefined || Math.abs(most.after - most.before) < 0.01)
    return `${p95}; the shares stay as they are${refused}.`
  return `${p95}; ${most.id} would get ${percent(most.after)} instead of ${percent(most.before)}${refused}.`
}

/** Who would find another backend; undefined where it means nothing. */
export function movesSentence(
  moves: SimulationAnswer['moves'],
  fromHash: boolean,
  toHash: boolean,
): string | undefined {
  if (!fromHash && !toHash) return undefined
  if (!fromHash) return 'From then on the same client (or other key) always meets the same backend; now none does.'
  if (!toHash || moves === null) return 'Clients would no longer stay with one backend.'
  const sentence = `${count(moves.moved)} of ${count(moves.clients)} clients (${percent(moves.share)}) would find another backend`
  if (moves.keys === null) return `${sentence}.`
  const { on, moved, clients, share } = moves.keys
  return `${sentence}, and ${count(moved)} of ${count(clients)} different values of ${on} (${percent(share)}).`
}
