import { describe, expect, it } from 'vitest'
import type { ProbeResult, Status, Tick } from '../../shared/api/live.ts'
import { applyTick } from './live.ts'

const probe = (at: number) => ({ at, passed: true, tookMs: 1, detail: '' }) as ProbeResult
const recent = { t: 0, requests: 0, inFlight: 0, p50: null, seconds: 10 }

function shown(have: number[], come: number[]): number[] | undefined {
  const status = {
    listeners: [],
    pools: [{ id: 'app', recent, backends: [{ id: 'a', recent, probes: have.map(probe) }] }],
  } as unknown as Status
  const tick = {
    t: 1000,
    recent,
    connections: {},
    pools: [],
    backends: [{ pool: 'app', id: 'a', sample: {}, recent, inFlight: 0, tunnels: 0, probes: come.map(probe) }],
  } as unknown as Tick
  return applyTick(status, tick).pools[0]?.backends[0]?.probes.map(({ at }) => at)
}

describe('probes that a tick brings', () => {
  it('are appended, up to sixty', () => {
    expect(shown([1, 2], [3, 4])).toEqual([1, 2, 3, 4])
    expect(shown([], [1])).toEqual([1])
    expect(
      shown(
        Array.from({ length: 60 }, (_, index) => index),
        [60],
      ),
    ).toHaveLength(60)
  })

  it('are shown once, also when a status that came before had them already', () => {
    expect(shown([1, 2, 3], [2, 3, 4])).toEqual([1, 2, 3, 4])
    expect(shown([1, 2, 3], [2, 3])).toEqual([1, 2, 3])
  })
})
