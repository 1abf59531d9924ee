import { describe, expect, it } from 'vitest'
import type { Sample, Tick } from '../../shared/api/live.ts'
import { seriesColumns } from '../../shared/api/series.ts'
import { idleSample, TickStore } from './tick-store.ts'

const sample = (t: number, requests: number): Sample => ({ ...idleSample(t), requests, s2xx: requests })

function tick(second: number, app: number, backend?: number): Tick {
  const t = second * 1000
  return {
    t,
    revision: 1,
    total: sample(t, app),
    pools: app > 0 ? [{ id: 'app', sample: sample(t, app) }] : [],
    backends:
      backend === undefined
        ? []
        : [{ pool: 'app', id: 'app-1', sample: sample(t, backend), inFlight: 0, tunnels: 0, probes: [] }],
    connections: {},
  }
}

const requests = (samples: readonly Sample[]) => samples.map((one) => one.requests)
const seconds = (samples: readonly Sample[]) => samples.map((one) => one.t / 1000)

describe('TickStore', () => {
  it('keeps the whole, pools and backends apart', () => {
    const store = new TickStore()
    store.add(tick(1, 5, 2))
    store.add(tick(2, 6, 3))
    expect(requests(store.read())).toEqual([5, 6])
    expect(requests(store.read('app'))).toEqual([5, 6])
    expect(requests(store.read('app', 'app-1'))).toEqual([2, 3])
    expect(store.read('app', 'nobody')).toEqual([])
  })

  it('fills idle seconds with zeros and leaves gaps as gaps', () => {
    const store = new TickStore()
    store.add(tick(1, 5, 2))
    store.add(tick(2, 0))
    store.add(tick(9, 4))
    expect(requests(store.read('app', 'app-1'))).toEqual([2, 0, 0])
    expect(seconds(store.read('app'))).toEqual([1, 2, 9])
  })

  it('takes a replayed second once', () => {
    const store = new TickStore()
    store.add(tick(1, 5))
    store.add(tick(1, 5))
    expect(store.read()).toHaveLength(1)
  })

  it('forgets what is older than 15 minutes', () => {
    const store = new TickStore()
    for (let second = 1; second <= 1000; second++) store.add(tick(second, 1))
    expect(store.read()).toHaveLength(900)
    expect(store.read()[0]?.t).toBe(101_000)
  })

  it('hands out the same array until something is added', () => {
    const store = new TickStore()
    store.add(tick(1, 5))
    const first = store.read('app')
    expect(store.read('app')).toBe(first)
    store.add(tick(2, 5))
    expect(store.read('app')).not.toBe(first)
    expect(first).toHaveLength(1)
  })

  it('puts history before what the stream brought', () => {
    const store = new TickStore()
    store.add(tick(5, 50))
    const point = (t: number, count: number) =>
      seriesColumns.map((column) => (column === 't' ? t * 1000 : column === 'requests' ? count : 0))
    store.seed({
      from: 0,
      to: 6000,
      step: 1000,
      columns: seriesColumns,
      series: [
        { pool: null, backend: null, points: [point(2, 1), point(3, 2), point(5, 9)] },
        { pool: 'app', backend: null, points: [point(3, 2)] },
      ],
    })
    expect(requests(store.read())).toEqual([1, 2, 50])
    expect(requests(store.read('app'))).toEqual([0, 2, 50])
    store.add(tick(6, 7))
    expect(requests(store.read('app'))).toEqual([0, 2, 50, 7])
  })

  it('keeps less of each when there are very many', () => {
    const store = new TickStore()
    const many = Array.from({ length: 1000 }, (_, index) => ({
      pool: 'app',
      id: `b${index}`,
      sample: sample(0, 1),
      inFlight: 0,
      tunnels: 0,
      probes: [],
    }))
    for (let second = 1; second <= 200; second++) store.add({ ...tick(second, 1), backends: many })
    expect(store.read('app', 'b7').length).toBeLessThan(160)
    expect(store.read('app', 'b7').length).toBeGreaterThan(100)
  })
})
