import { describe, expect, it } from 'vitest'
import type { BackendStatus, PoolStatus } from '../../../shared/api/live.ts'
import { sharesOf } from './numbers.ts'

const backend = (
  id: string,
  weight: number,
  requests: number,
  availability: BackendStatus['availability'] = 'healthy',
) =>
  ({
    id,
    weight,
    availability,
    leftOut: availability === 'healthy' ? null : availability,
    recent: { requests },
  }) as BackendStatus

describe('shares of backends', () => {
  it('compare the share that was taken with the one that weights promise', () => {
    const backends = [backend('a', 3, 60), backend('b', 1, 20), backend('c', 1, 0, 'unhealthy')]
    const shares = sharesOf({ id: 'app', backends } as PoolStatus)
    expect(shares.get('a')).toEqual({ share: 0.75, expected: 0.75 })
    expect(shares.get('b')).toEqual({ share: 0.25, expected: 0.25 })
    expect(shares.get('c')).toEqual({ share: 0, expected: 0 })
  })

  it('are not known without traffic', () => {
    expect(sharesOf({ id: 'app', backends: [backend('a', 1, 0)] } as PoolStatus).get('a')?.share).toBeNaN()
  })
})
