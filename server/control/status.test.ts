import { describe, expect, it } from 'vitest'
import { NO_FLOWS } from '../../shared/api/flows.ts'
import type { Availability } from '../../shared/api/live.ts'
import { configSchema } from '../../shared/config/config.ts'
import { RecentSeconds } from '../telemetry/recent.ts'
import { smallDocument } from '../testing/admin-world.ts'
import { assembleStatus, type StatusParts } from './status.ts'

const quiet = new RecentSeconds().of({ pool: '', backend: '' })

function parts(availability: Record<string, Availability>, change: Partial<StatusParts> = {}): StatusParts {
  return {
    boot: 'b',
    version: '1',
    now: 10,
    startedAt: 5,
    revision: 3,
    config: configSchema.parse(smallDocument()),
    draining: false,
    facts: {
      of: (_pool, id) => {
        const known = availability[id]
        return known && { availability: known, reason: `is ${known}`, since: 1, slowStart: 1, probes: [] }
      },
    },
    numbers: {
      inFlight: () => 4,
      tunnels: () => 1,
      last: () => null,
      recent: (pool, backend) => ({ ...quiet, p50: `${pool}/${backend}`.length }),
    },
    hour: { peak: () => ({ inFlight: 0, requestsPerSecond: 0 }), carried: () => 0 },
    drainOf: () => null,
    stateSince: () => undefined,
    removed: [],
    listeners: [],
    names: [],
    workers: [],
    storage: { condition: 'ok', problem: null, bytes: 1 },
    total: null,
    recent: quiet,
    flows: NO_FLOWS,
    connectionsLately: { step: 10_000, points: [] },
    memoryBytes: 1,
    demo: false,
    ...change,
  }
}

describe('the status', () => {
  it.each([
    [{ 'app-1': 'healthy', 'app-2': 'healthy' }, 'healthy', []],
    [{ 'app-1': 'healthy', 'app-2': 'unhealthy' }, 'degraded', ['backend:app/app-2']],
    [{ 'app-1': 'unhealthy', 'app-2': 'ejected' }, 'down', ['pool:app', 'backend:app/app-1', 'backend:app/app-2']],
    [{}, 'starting', []],
  ] as [Record<string, Availability>, string, string[]][])('%j is %s', (availability, condition, keys) => {
    const status = assembleStatus(parts(availability))
    expect(status.pools[0]?.condition).toBe(condition)
    expect(status.attention.map((item) => item.key)).toEqual(keys)
  })

  it('tells who gets nothing and why, by the rule of the workers', () => {
    const document = smallDocument()
    const backends = document.pools?.[0]?.backends ?? []
    Object.assign(backends[1] as object, { backup: true })
    backends.push(
      { id: 'none', address: '127.0.0.1:1', weight: 0 },
      { id: 'off', address: '127.0.0.1:2', adminState: 'disabled' },
      { id: 'bad', address: '127.0.0.1:3' },
      { id: 'out', address: '127.0.0.1:4' },
    )
    const config = configSchema.parse(document)
    const availability = { 'app-1': 'healthy', 'app-2': 'healthy', none: 'healthy', bad: 'unhealthy', out: 'ejected' }
    const told = (known: Record<string, string>) => {
      const [pool] = assembleStatus(parts(known as Record<string, Availability>, { config })).pools
      return { taking: pool?.taking, leftOut: pool?.backends.map(({ leftOut }) => leftOut), pool }
    }
    const well = told(availability)
    expect(well.taking).toBe(1)
    expect(well.leftOut).toEqual([null, 'backup', 'weight-0', 'disabled', 'unhealthy', 'ejected'])
    expect(well.pool?.backends[1]).toMatchObject({
      backup: true,
      reason: 'backup: takes traffic when no other backend is available; is healthy',
    })
    expect(well.pool?.backends[2]?.reason).toBe('weight 0: no new traffic; is healthy')
    const standIn = told({ ...availability, 'app-1': 'unhealthy', bad: 'healthy', out: 'unhealthy' })
    expect(standIn.leftOut).toEqual(['unhealthy', 'backup', 'weight-0', 'disabled', null, 'unhealthy'])
  })

  it('tells when an ejection ends, in the backend and in what needs attention', () => {
    const status = assembleStatus(
      parts(
        {},
        {
          facts: {
            of: (_pool, id) =>
              id === 'app-1'
                ? { availability: 'healthy', reason: 'r', since: 1, slowStart: 1, probes: [] }
                : { availability: 'ejected', reason: 'r', since: 1, slowStart: 1, probes: [], returnsAt: 31_000 },
          },
        },
      ),
    )
    expect(status.pools[0]?.backends.map(({ returnsAt }) => returnsAt)).toEqual([null, 31_000])
    expect(status.attention).toMatchObject([
      { key: 'backend:app/app-2', until: 31_000, title: 'app / app-2 is ejected: r' },
    ])
  })

  it('says so when a person took backends out, and asks for somebody when one alone is left', () => {
    const document = smallDocument()
    Object.assign(document.pools?.[0]?.backends?.[1] as object, { adminState: 'disabled' })
    const status = assembleStatus(
      parts({ 'app-1': 'healthy', 'app-2': 'unhealthy' }, { config: configSchema.parse(document) }),
    )
    expect(status.pools[0]).toMatchObject({ condition: 'degraded', backends: [{}, { availability: 'disabled' }] })
    expect(status.health).toEqual({
      severity: 'warning',
      sentence: 'app: 1 of 2 backends takes traffic (1 disabled)',
      brief: '1 problem',
    })
    expect(status.attention).toMatchObject([{ key: 'pool:app', severity: 'warning' }])
    expect(status.attention[0]?.advice).toBe(
      'If app-1 fails, no other takes over. Of its backends, 1 disabled. Activate one, give it a weight, or add another.',
    )
  })

  it.each([
    ['without limits and without traffic', {}, 0, 'unknown', null, []],
    ['with limits that suffice', { maxConnections: 60 }, 60, 'yes', 'app-1', []],
    ['with limits that do not', { maxConnections: 60 }, 61, 'no', 'app-1', ['tight:app']],
    ['without limits, by what was carried', {}, 30, 'yes', 'app-1', []],
    ['without limits, at a peak that was never carried', {}, 90, 'unknown', 'app-1', []],
  ] as const)('says whether a pool can lose a backend: %s', (_, change, peak, verdict, lost, keys) => {
    const document = smallDocument()
    for (const backend of document.pools?.[0]?.backends ?? []) Object.assign(backend, change)
    const status = assembleStatus(
      parts(
        { 'app-1': 'healthy', 'app-2': 'healthy' },
        {
          config: configSchema.parse(document),
          hour: { peak: () => ({ inFlight: peak, requestsPerSecond: peak }), carried: () => 45 },
        },
      ),
    )
    expect(status.pools[0]?.canLoseOne).toMatchObject({ verdict, lost })
    expect(status.attention.map((item) => item.key)).toEqual(keys)
  })

  it('needs nobody for a pool that cannot lose its only backend, and counts backups only where they would step in', () => {
    const document = smallDocument()
    Object.assign(document.pools?.[0]?.backends?.[1] as object, { backup: true, maxConnections: 90 })
    Object.assign(document.pools?.[0]?.backends?.[0] as object, { maxConnections: 100 })
    const config = configSchema.parse(document)
    const hour = { peak: () => ({ inFlight: 95, requestsPerSecond: 1 }), carried: () => 0 }
    const both = assembleStatus(parts({ 'app-1': 'healthy', 'app-2': 'healthy' }, { config, hour }))
    expect(both.pools[0]?.canLoseOne).toMatchObject({ verdict: 'no', lost: 'app-1' })
    const alone = assembleStatus(parts({ 'app-1': 'healthy', 'app-2': 'unhealthy' }, { config, hour }))
    expect(alone.pools[0]?.canLoseOne.sentence).toBe('app-1 is the only available backend.')
    expect(alone.attention.map((item) => item.key)).toEqual(['backend:app/app-2'])
  })

  it.each([
    ['nobody-healthy', 0, 'unhealthy', 'app: none of 2 backends is healthy, so all are tried (failing open)'],
    ['below-threshold', 60, 'healthy', 'app: only 1 of 2 backends is healthy, so all are tried (failing open)'],
  ] as const)('says by which rule a pool fails open: %s', (rule, panicThreshold, first, words) => {
    const document = smallDocument()
    Object.assign(document.pools?.[0] as object, { panicThreshold, failOpen: true })
    const known: Record<string, Availability> = { 'app-1': first, 'app-2': 'unhealthy' }
    const status = assembleStatus(parts(known, { config: configSchema.parse(document) }))
    expect(status.pools[0]).toMatchObject({ failingOpen: true, failOpenRule: rule, taking: 2 })
    expect(status.attention[0]?.title).toBe(words)
    expect(status.health).toMatchObject({ severity: 'error', sentence: words })
    const well = assembleStatus(parts({ 'app-1': 'healthy', 'app-2': 'healthy' }))
    expect(well.pools[0]).toMatchObject({ failingOpen: false, failOpenRule: null })
  })

  it('sums up what is wrong with names', () => {
    const unresolved = ['a', 'b', 'c'].map((host) => ({ kind: 'unresolved' as const, trouble: `nobody knows ${host}` }))
    const status = assembleStatus(
      parts({ 'app-1': 'healthy', 'app-2': 'healthy' }, { names: [...unresolved, { kind: 'refused', trouble: 'no' }] }),
    )
    expect(status.attention.map(({ key, title }) => [key, title])).toEqual([
      ['names:unresolved', 'nobody knows a (and 2 more names)'],
      ['names:refused', 'no'],
    ])
  })

  it('shows removed backends while they drain', () => {
    const backend = configSchema.parse(smallDocument()).pools[0]?.backends[1]
    if (!backend) throw new Error('no backend')
    const drain = { since: 1, deadline: 2, removed: true, requests: 2, tunnels: 1, safeToStop: false }
    const status = assembleStatus(
      parts({ 'app-1': 'healthy' }, { removed: [{ pool: 'app', backend: { ...backend, id: 'old' }, status: drain }] }),
    )
    const shown = status.pools[0]?.backends.at(-1)
    expect(shown).toMatchObject({ id: 'old', availability: 'draining', inFlight: 3, tunnels: 1, drain })
  })

  it('tells the last ten seconds of the whole, of each pool and of each backend', () => {
    const status = assembleStatus(parts({ 'app-1': 'healthy' }, { recent: { ...quiet, requests: 7 } }))
    expect(status.recent.requests).toBe(7)
    expect(status.pools[0]?.recent.p50).toBe('app/'.length)
    expect(status.pools[0]?.backends[0]?.recent.p50).toBe('app/app-1'.length)
  })

  it('puts errors first', () => {
    const status = assembleStatus(
      parts(
        { 'app-1': 'healthy', 'app-2': 'unhealthy' },
        {
          storage: { condition: 'failing', problem: 'disk full', bytes: 1 },
          workers: [{ index: 1, condition: 'restarting', restarts: 2, utilization: 0, shortOf: 'descriptors' }],
          listeners: [
            { id: 'web', protocol: 'http', address: 'x', condition: 'failed', problem: 'in use', connections: 0 },
          ],
        },
      ),
    )
    expect(status.attention.map((item) => item.key)).toEqual([
      'listener:web',
      'storage',
      'worker:1',
      'descriptors',
      'backend:app/app-2',
    ])
  })

  it.each([
    ['disabled, seconds after its health changed long ago', { adminState: 'disabled' }, 900, 900],
    ['weight 0', { weight: 0 }, 900, 900],
    ['active again, healthy all the time', {}, 900, 900],
    ['active for long, healthy since a moment ago', {}, 0.5, 1],
    ['disabled before anything is known of it', { adminState: 'disabled' }, undefined, 1],
  ] as const)('says since when what it tells is true: %s', (_, fields, set, expected) => {
    const document = smallDocument()
    Object.assign(document.pools?.[0]?.backends?.[0] ?? {}, fields)
    const config = configSchema.parse(document)
    const { pools } = assembleStatus(parts({ 'app-1': 'healthy' }, { config, stateSince: () => set }))
    expect(pools[0]?.backends[0]?.since).toBe(expected)
  })
})
