import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from './clock.ts'
import {
  changeRules,
  EVIDENCE_KEPT,
  FAST_PROBE_MS,
  type Health,
  type HealthEvent,
  type HealthRules,
  type HealthState,
  newHealth,
  nextHealth,
  PROBE_JITTER,
} from './health-machine.ts'

const RULES: HealthRules = { intervalMs: 5000, unhealthyAfter: 2, healthyAfter: 2 }
const NOW = 100_000
const noJitter = () => 0
const event = (kind: HealthEvent['kind'], detail: string = kind): HealthEvent => ({ kind, evidence: { detail } })

function state(health: Health, over: Partial<HealthState> = {}): HealthState {
  return { ...newHealth(RULES, NOW), health, nextProbeAt: NOW + 4000, ...over }
}

const IN = { unknown: state('unknown'), healthy: state('healthy'), unhealthy: state('unhealthy') }
const once = { evidence: [{ detail: 'before' }] }
const INTERVAL = NOW + 5000
const FAST = NOW + FAST_PROBE_MS

/** Every state (with every count that matters) × every event: next health, passes, failures, next probe, flip. */
const TABLE: [string, HealthState, HealthEvent['kind'], Health, number, number, number, boolean][] = [
  ['unknown', IN.unknown, 'pass', 'healthy', 1, 0, INTERVAL, true],
  ['unknown', IN.unknown, 'fail', 'unknown', 0, 1, FAST, false],
  ['unknown', IN.unknown, 'live-failure', 'unknown', 0, 1, NOW, false],
  ['unknown, one failure', state('unknown', { failures: 1, ...once }), 'pass', 'healthy', 1, 0, INTERVAL, true],
  ['unknown, one failure', state('unknown', { failures: 1, ...once }), 'fail', 'unhealthy', 0, 2, INTERVAL, true],
  ['unknown, one failure', state('unknown', { failures: 1, ...once }), 'live-failure', 'unhealthy', 0, 2, NOW, true],
  ['healthy', IN.healthy, 'pass', 'healthy', 1, 0, INTERVAL, false],
  ['healthy', IN.healthy, 'fail', 'healthy', 0, 1, FAST, false],
  ['healthy', IN.healthy, 'live-failure', 'healthy', 0, 1, NOW, false],
  ['healthy, one failure', state('healthy', { failures: 1, ...once }), 'pass', 'healthy', 1, 0, INTERVAL, false],
  ['healthy, one failure', state('healthy', { failures: 1, ...once }), 'fail', 'unhealthy', 0, 2, INTERVAL, true],
  ['healthy, one failure', state('healthy', { failures: 1, ...once }), 'live-failure', 'unhealthy', 0, 2, NOW, true],
  ['unhealthy', IN.unhealthy, 'pass', 'unhealthy', 1, 0, FAST, false],
  ['unhealthy', IN.unhealthy, 'fail', 'unhealthy', 0, 1, INTERVAL, false],
  ['unhealthy', IN.unhealthy, 'live-failure', 'unhealthy', 0, 0, NOW + 4000, false],
  ['unhealthy, one pass', state('unhealthy', { passes: 1, ...once }), 'pass', 'healthy', 2, 0, INTERVAL, true],
  ['unhealthy, one pass', state('unhealthy', { passes: 1, ...once }), 'fail', 'unhealthy', 0, 1, INTERVAL, false],
  [
    'unhealthy, one pass',
    state('unhealthy', { passes: 1, ...once }),
    'live-failure',
    'unhealthy',
    0,
    0,
    NOW + 4000,
    false,
  ],
]

describe('health of a backend', () => {
  it.each(TABLE)('%s: %#', (_, from, kind, health, passes, failures, nextProbeAt, flips) => {
    const step = nextHealth(from, event(kind), RULES, NOW, noJitter)
    expect({ ...step.state }).toMatchObject({ health, passes, failures, nextProbeAt })
    expect(step.flip !== undefined).toBe(flips)
    if (step.flip) {
      expect(step.flip).toMatchObject({ from: from.health, to: health })
      expect(step.flip.evidence.at(-1)).toEqual({ detail: kind })
      expect(step.flip.reason).toContain(kind)
    }
  })

  it('probes a new backend at once and gives it traffic after one pass', () => {
    const fresh = newHealth(RULES, NOW)
    expect(fresh).toMatchObject({ health: 'unknown', nextProbeAt: NOW })
    expect(nextHealth(fresh, event('pass'), RULES, NOW, noJitter).flip).toMatchObject({
      from: 'unknown',
      to: 'healthy',
    })
  })

  it('takes a killed backend out by the first failed request and the probe it asks for', () => {
    const hit = nextHealth(IN.healthy, event('live-failure', 'connection reset'), RULES, NOW, noJitter)
    expect(hit.state.nextProbeAt).toBe(NOW)
    const probed = nextHealth(hit.state, event('fail', 'connection refused'), RULES, NOW + 3, noJitter)
    expect(probed.flip).toEqual({
      from: 'healthy',
      to: 'unhealthy',
      reason: '2 failures in a row: connection refused',
      evidence: [{ detail: 'connection reset' }, { detail: 'connection refused' }],
    })
  })

  it('counts one live failure between two probes, however many requests broke', () => {
    let at = nextHealth(IN.healthy, event('live-failure'), RULES, NOW, noJitter).state
    for (let index = 0; index < 1000; index++) at = nextHealth(at, event('live-failure'), RULES, NOW, noJitter).state
    expect(at).toMatchObject({ health: 'healthy', failures: 1 })
    expect(nextHealth(at, event('pass'), RULES, NOW, noJitter).state).toMatchObject({ health: 'healthy', failures: 0 })
  })

  it('lets live traffic ask for a probe once a second at most', () => {
    let at = nextHealth(IN.healthy, event('live-failure'), RULES, NOW, noJitter).state
    at = nextHealth(at, event('pass'), RULES, NOW + 10, noJitter).state
    at = nextHealth(at, event('live-failure'), RULES, NOW + 20, noJitter).state
    expect(at.nextProbeAt).toBe(NOW + FAST_PROBE_MS)
  })

  it('probes no slower between states than it does otherwise', () => {
    const often = { ...RULES, intervalMs: 500 }
    expect(nextHealth(IN.healthy, event('fail'), often, NOW, noJitter).state.nextProbeAt).toBe(NOW + 500)
  })

  it('is healthy by decree without a check, whatever happens', () => {
    const decreed = newHealth(null, NOW)
    expect(decreed).toMatchObject({ health: 'healthy', nextProbeAt: Number.POSITIVE_INFINITY })
    expect(nextHealth(decreed, event('live-failure'), null, NOW, noJitter)).toEqual({ state: decreed })
  })

  it('keeps what is known when the check is edited, and looks at once', () => {
    const edited = changeRules(state('healthy', { failures: 1 }), { ...RULES, unhealthyAfter: 1 }, NOW)
    expect(edited).toMatchObject({ state: { health: 'healthy', failures: 0, nextProbeAt: NOW } })
    expect(edited.flip).toBeUndefined()
    expect(changeRules(IN.unhealthy, null, NOW).flip).toMatchObject({ from: 'unhealthy', to: 'healthy' })
    expect(changeRules(IN.healthy, null, NOW).flip).toBeUndefined()
  })
})

describe('any sequence of probes and failures', () => {
  const kinds = fc.array(fc.constantFrom<HealthEvent['kind']>('pass', 'fail', 'live-failure'), { maxLength: 60 })
  const anyRules = fc.record({
    intervalMs: fc.integer({ min: 500, max: 60_000 }),
    unhealthyAfter: fc.integer({ min: 1, max: 5 }),
    healthyAfter: fc.integer({ min: 1, max: 5 }),
  })

  it('flips only to another health, on the threshold, and always plans a probe in time', () => {
    fc.assert(
      fc.property(kinds, anyRules, fc.integer(), (sequence, rules, seed) => {
        const random = seededRandom(seed)
        let now = NOW
        let at = newHealth(rules, now)
        for (const kind of sequence) {
          now += 7
          const { state: next, flip } = nextHealth(at, event(kind), rules, now, random)
          if (flip) {
            expect(flip.from).toBe(at.health)
            expect(flip.to).not.toBe(flip.from)
            const needed =
              flip.to === 'unhealthy' ? rules.unhealthyAfter : flip.from === 'unknown' ? 1 : rules.healthyAfter
            expect(flip.to === 'unhealthy' ? next.failures : next.passes).toBe(needed)
          } else expect(next.health).toBe(at.health)
          expect(Math.min(next.passes, next.failures)).toBe(0)
          expect(next.evidence.length).toBeLessThanOrEqual(EVIDENCE_KEPT)
          expect(next.nextProbeAt - now).toBeLessThanOrEqual(rules.intervalMs * (1 + PROBE_JITTER))
          at = next
        }
      }),
    )
  })
})
