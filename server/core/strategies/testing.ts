/** What tests and benches of strategies share: candidates, counts in flight, a clock and requests made of plain values. */
import { type Clock, seededRandom } from '../clock.ts'
import type { Candidate, Numbers, PickRequest, StrategyContext, StrategySpec } from './strategy.ts'

/** Candidates named b0, b1, … with these weights; slots have gaps, so that nothing can rely on positions. */
export function candidatesOf(weights: readonly number[], maxConnections = 0): Candidate[] {
  return weights.map((weight, index) => ({ slot: index * 3 + 2, id: `b${index}`, weight, maxConnections }))
}

/** Counts in flight that a test sets as it likes. */
export class FakeNumbers implements Numbers {
  readonly counts = new Int32Array(8192)

  inFlight(slot: number): number {
    return this.counts[slot] as number
  }
}

/** A request with these parts; the client's address doubles as the key of most tests. */
export function requestOf(clientAddress: string, fields: Partial<Record<string, string>> = {}): PickRequest {
  const field = (name: string) => fields[name]
  return {
    clientAddress: () => clientAddress,
    uri: () => fields.uri ?? '/',
    header: field,
    cookie: field,
    query: field,
  }
}

/** Everything a strategy needs, with time and counts in the test's hands. */
export interface FakeContext extends StrategyContext {
  readonly numbers: FakeNumbers
  readonly clock: Clock & { time: number }
}

export function fakeContext(seed = 1): FakeContext {
  const clock = { time: 1000, now: () => clock.time }
  return { numbers: new FakeNumbers(), clock, random: seededRandom(seed) }
}

/** One specification of every kind that behaves differently. */
export const specs: readonly StrategySpec[] = [
  { type: 'round-robin' },
  { type: 'least-connections' },
  { type: 'least-time' },
  { type: 'power-of-two' },
  { type: 'random' },
  { type: 'hash', on: 'client-ip', method: 'maglev' },
  { type: 'hash', on: 'client-ip', method: 'rendezvous' },
  { type: 'hash', on: 'client-ip', method: 'maglev', boundedLoad: 1.25 },
  { type: 'hash', on: 'client-ip', method: 'rendezvous', boundedLoad: 1.25 },
  { type: 'first' },
]

export function nameOf(spec: StrategySpec): string {
  return spec.type === 'hash'
    ? `hash ${spec.method}${spec.boundedLoad ? ` bounded ${spec.boundedLoad}` : ''}`
    : spec.type
}
