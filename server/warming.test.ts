import { beforeEach, describe, expect, it } from 'vitest'
import { configSchema } from '../shared/config/config.ts'
import type { PoolConfig } from '../shared/config/pool.ts'
import { Warming } from './warming.ts'

const config = (pool: object = {}) =>
  configSchema.parse({
    pools: [
      { id: 'app', slowStart: '30s', backends: [1, 2].map((n) => ({ id: `b${n}`, address: `h:${n}` })), ...pool },
    ],
  })

describe('who starts slowly', () => {
  let now: number
  let requests: number
  let warming: Warming
  const pool = (over: object = {}) => config(over).pools[0] as PoolConfig
  /** Seconds with ten requests each. */
  const traffic = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      now += 1000
      requests += 10
      warming.tick(config())
    }
  }
  beforeEach(() => {
    now = 0
    requests = 0
    warming = new Warming({ clock: { now: () => now }, requests: (_, backend) => (backend === 'b1' ? requests : 0) })
    warming.set(pool(), 'b1', true)
  })

  it('is a backend that joins a pool with traffic; its share rises from a tenth to all', () => {
    traffic(20)
    warming.set(pool(), 'b2', true)
    expect(warming.startOf('app', 'b2')).toEqual({ since: 20_000, lengthMs: 30_000 })
    expect(warming.factor(pool(), 'b2')).toBeCloseTo(0.1)
    now += 15_000
    expect(warming.factor(pool(), 'b2')).toBeCloseTo(0.55)
    now += 15_000
    expect(warming.factor(pool(), 'b2')).toBe(1)
  })

  it('is one that comes back, each time anew', () => {
    traffic(20)
    warming.set(pool(), 'b2', true)
    warming.set(pool(), 'b2', false)
    expect(warming.startOf('app', 'b2')).toBeUndefined()
    traffic(5)
    warming.set(pool(), 'b2', true)
    warming.set(pool(), 'b2', true)
    expect(warming.startOf('app', 'b2')).toEqual({ since: 25_000, lengthMs: 30_000 })
  })

  it.each([
    ['at the start of the process', 3, {}],
    ['without slow start', 20, { slowStart: '0ms' }],
    ['under a hash', 20, { strategy: { type: 'hash' } }],
    ['under first', 20, { strategy: { type: 'first' } }],
  ])('is nobody %s', (_, seconds, over) => {
    traffic(seconds)
    warming.set(pool(over), 'b2', true)
    expect(warming.startOf('app', 'b2')).toBeUndefined()
  })

  it('is nobody in a pool without traffic, and never the only one', () => {
    traffic(6)
    now += 20_000
    for (let second = 0; second < 6; second++) warming.tick(config())
    warming.set(pool(), 'b2', true)
    expect(warming.startOf('app', 'b2')).toBeUndefined()
    warming.set(pool(), 'b1', false)
    warming.set(pool(), 'b2', false)
    traffic(5)
    warming.set(pool(), 'b1', true)
    expect(warming.startOf('app', 'b1')).toBeUndefined()
  })

  it('is one that comes back from an ejection, for ten seconds at least', () => {
    traffic(20)
    const none = pool({ slowStart: '0ms' })
    warming.set(none, 'b2', true)
    warming.set(none, 'b2', false, true)
    warming.set(none, 'b2', true)
    expect(warming.startOf('app', 'b2')).toEqual({ since: 20_000, lengthMs: 10_000 })
    warming.set(none, 'b2', false)
    warming.set(none, 'b2', true)
    expect(warming.startOf('app', 'b2')).toBeUndefined()
  })

  it('forgets who is gone', () => {
    traffic(20)
    warming.set(pool(), 'b2', true)
    warming.keep(configSchema.parse({ pools: [{ id: 'app' }] }))
    expect(warming.startOf('app', 'b2')).toBeUndefined()
  })
})
