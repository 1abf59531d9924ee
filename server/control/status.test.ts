import { describe, expect, it } from 'vitest'
import type { Availability } from '../../shared/api/live.ts'
import { configSchema } from '../../shared/config/config.ts'
import { smallDocument } from '../testing/admin-world.ts'
import { assembleStatus, type StatusParts } from './status.ts'

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
      failingOpen: () => false,
    },
    numbers: { inFlight: () => 4, tunnels: () => 1, last: () => null },
    drainOf: () => null,
    removed: [],
    listeners: [],
    workers: [],
    storage: { condition: 'ok', problem: null, bytes: 1 },
    total: null,
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
    [{}, 'down', []],
  ] as [Record<string, Availability>, string, string[]][])('%j is %s', (availability, condition, keys) => {
    const status = assembleStatus(parts(availability))
    expect(status.pools[0]?.condition).toBe(condition)
    expect(status.attention.map((item) => item.key)).toEqual(keys)
  })

  it('does not count backends that a person took out', () => {
    const document = smallDocument()
    Object.assign(document.pools?.[0]?.backends?.[1] as object, { adminState: 'disabled' })
    const status = assembleStatus(
      parts({ 'app-1': 'healthy', 'app-2': 'unhealthy' }, { config: configSchema.parse(document) }),
    )
    expect(status.pools[0]).toMatchObject({ condition: 'healthy', backends: [{}, { availability: 'disabled' }] })
    expect(status.attention).toEqual([])
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

  it('puts errors first', () => {
    const status = assembleStatus(
      parts(
        { 'app-1': 'healthy', 'app-2': 'unhealthy' },
        {
          storage: { condition: 'failing', problem: 'disk full', bytes: 1 },
          workers: [{ index: 1, condition: 'restarting', restarts: 2, utilization: 0 }],
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
      'backend:app/app-2',
    ])
  })
})
