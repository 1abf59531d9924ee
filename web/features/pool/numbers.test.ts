import { describe, expect, it } from 'vitest'
import type { BackendStatus, PoolStatus, Sample, Tick } from '../../../shared/api/live.ts'
import { figuresOf } from './numbers.ts'

const backend = (id: string, weight: number, availability: BackendStatus['availability'] = 'healthy') =>
  ({ id, weight, availability, adminState: 'active' }) as BackendStatus
const tick = (counts: Record<string, [requests: number, failed: number]>) =>
  ({
    backends: Object.entries(counts).map(([id, [requests, s5xx]]) => ({
      pool: 'app',
      id,
      sample: { requests, s5xx, ours: 0, bytesOut: requests * 100 } as Sample,
    })),
  }) as unknown as Tick

describe('figures of backends', () => {
  it('compare the share that was taken with the one that weights promise', () => {
    const pool = { id: 'app', backends: [backend('a', 3), backend('b', 1), backend('c', 1, 'unhealthy')] } as PoolStatus
    const figures = figuresOf(pool, [tick({ a: [30, 3], b: [10, 0] }), tick({ a: [30, 3], b: [10, 0] })])
    expect(figures.get('a')).toMatchObject({
      requestsPerSecond: 30,
      share: 0.75,
      expected: 0.75,
      errors: 0.1,
      bytesPerSecond: 3000,
    })
    expect(figures.get('b')).toMatchObject({ share: 0.25, expected: 0.25, errors: 0 })
    expect(figures.get('c')).toMatchObject({ requestsPerSecond: 0, share: 0, expected: 0 })
  })

  it('say nothing of shares without traffic', () => {
    const pool = { id: 'app', backends: [backend('a', 1)] } as PoolStatus
    expect(figuresOf(pool, []).get('a')?.share).toBeNaN()
  })
})
