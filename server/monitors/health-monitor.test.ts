import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { config, HealthWorld, pool } from './testing-health.ts'

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
let world: HealthWorld

beforeEach(() => {
  vi.useFakeTimers()
  world = new HealthWorld()
})
afterEach(() => {
  world.monitor.stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

describe('thresholds', () => {
  test('a new backend is unknown, probed at once, and healthy after one pass', async () => {
    world.monitor.update(config(pool('app', 1)))
    expect(world.monitor.fact('app', 'b0')).toEqual({
      pool: 'app',
      backend: 'b0',
      health: 'unknown',
      reason: 'not probed yet',
      since: world.wall,
      unchecked: false,
      probes: [],
    })
    await pass(10)
    expect(world.changes).toEqual(['app/b0 unknown>healthy: passed probe: status 200'])
    expect(world.details).toEqual([{ result: 'status 200', tookMs: 2, results: 1 }])
    expect(world.monitor.fact('app', 'b0')?.probes).toHaveLength(1)
  })

  test('two failures make it unhealthy, a second apart; two passes bring it back', async () => {
    world.monitor.update(config(pool('app', 1)))
    await pass(10)
    world.behaviours.set(3000, 'connection refused')
    await pass(7000)
    expect(world.changes[1]).toBe('app/b0 healthy>unhealthy: 2 failures in a row: connection refused')
    const [, first, second] = world.timesOf(3000) as [number, number, number]
    expect(second - first).toBeGreaterThanOrEqual(1000)
    expect(second - first).toBeLessThan(1200)
    world.behaviours.set(3000, 'pass')
    await pass(8000)
    expect(world.changes[2]).toBe('app/b0 unhealthy>healthy: 2 passed probes in a row: status 200')
  })

  test('one that never passed says why', async () => {
    world.behaviours.set(3000, 'connection refused')
    world.monitor.update(config(pool('app', 1)))
    await pass(10)
    expect(world.monitor.fact('app', 'b0')).toMatchObject({
      health: 'unknown',
      reason: 'not healthy yet: connection refused',
    })
    await pass(1500)
    expect(world.health('app', 'b0')).toBe('unhealthy')
  })

  test('sixty results are kept', async () => {
    world.monitor.update(config(pool('app', 1, { healthCheck: { type: 'tcp', interval: '500ms' } })))
    await pass(60_000)
    expect(world.monitor.fact('app', 'b0')?.probes).toHaveLength(60)
    expect(world.results).toBeGreaterThan(100)
  })

  test('without a check a backend is healthy by decree', async () => {
    world.monitor.update(config(pool('app', 1, { healthCheck: { type: 'none' } })))
    await pass(60_000)
    expect(world.probed).toEqual([])
    expect(world.monitor.fact('app', 'b0')).toMatchObject({ health: 'healthy', unchecked: true, reason: 'not checked' })
    world.monitor.liveFailure('app', 'b0', 'connection refused')
    expect(await world.monitor.probeNow('app', 'b0')).toBeUndefined()
    expect(world.changes).toEqual([])
  })
})

describe('live failures', () => {
  test('one counts as a failed probe and brings the next probe forward: gone within a second', async () => {
    world.monitor.update(config(pool('app', 1)))
    await pass(10)
    world.behaviours.set(3000, 'connection refused')
    world.monitor.liveFailure('app', 'b0', 'connection reset')
    expect(world.timesOf(3000)).toHaveLength(2)
    await pass(10)
    expect(world.changes.at(-1)).toBe('app/b0 healthy>unhealthy: 2 failures in a row: connection refused')
  })

  test('a storm of them costs one probe a second and does not condemn a backend whose probes pass', async () => {
    world.monitor.update(config(pool('app', 1)))
    await pass(10)
    for (let n = 0; n < 300; n++) {
      world.monitor.liveFailure('app', 'b0', 'connection reset')
      await pass(10)
    }
    expect(world.timesOf(3000).length).toBeLessThanOrEqual(6)
    expect(world.changes).toHaveLength(1)
  })

  test('of a backend nobody watches is nothing', () => {
    world.monitor.liveFailure('app', 'b0', 'connection reset')
    expect(world.changes).toEqual([])
  })
})

describe('changes of the configuration', () => {
  test('an unrelated edit keeps state, strip and timing', async () => {
    const check = { type: 'tcp' as const }
    world.behaviours.set(3001, 'connection refused')
    world.monitor.update(config(pool('app', 2, { healthCheck: check })))
    await pass(2000)
    const before = world.monitor.facts()
    const probes = world.probed.length
    const edited = pool('app', 2, { healthCheck: check, strategy: { type: 'random' }, slowStart: '10s' })
    world.monitor.update(config(edited, pool('other', 1)))
    await pass(1)
    expect(world.monitor.facts().filter(({ pool }) => pool === 'app')).toEqual(before)
    expect(world.probed.length - probes).toBe(1)
  })

  test('a new address starts as unknown without its past; the others stay', async () => {
    world.monitor.update(config(pool('app', 2)))
    await pass(10)
    const moved = pool('app', 2)
    Object.assign(moved.backends?.[0] as object, { address: '10.9.9.9:3999' })
    world.monitor.update(config(moved))
    expect(world.monitor.fact('app', 'b0')).toMatchObject({ health: 'unknown', probes: [] })
    expect(world.health('app', 'b1')).toBe('healthy')
    await pass(10)
    expect(world.health('app', 'b0')).toBe('healthy')
    expect(world.timesOf(3999)).toHaveLength(1)
    await pass(20_000)
    expect(world.timesOf(3000)).toHaveLength(1)
  })

  test('an edited check keeps the health until the new one, which runs at once, says otherwise', async () => {
    world.monitor.update(config(pool('app', 1)))
    await pass(10)
    world.behaviours.set(3000, 'status 404, expected 200-399')
    world.monitor.update(config(pool('app', 1, { healthCheck: { type: 'http', path: '/nope' } })))
    expect(world.health('app', 'b0')).toBe('healthy')
    await pass(10)
    expect(world.timesOf(3000)).toHaveLength(2)
    await pass(1500)
    expect(world.health('app', 'b0')).toBe('unhealthy')
    world.monitor.update(config(pool('app', 1, { healthCheck: { type: 'none' } })))
    expect(world.changes.at(-1)).toBe('app/b0 unhealthy>healthy: not checked')
  })

  test('the same address in two pools has two healths', async () => {
    world.monitor.update(config(pool('a', 1), pool('b', 1)))
    await pass(10)
    world.behaviours.set(3000, 'connection refused')
    world.monitor.liveFailure('a', 'b0', 'connection reset')
    await pass(10)
    expect([world.health('a', 'b0'), world.health('b', 'b0')]).toEqual(['unhealthy', 'healthy'])
  })

  test('a removed backend is probed no more, and its probe under way tells nothing', async () => {
    world.behaviours.set(3000, 'hang')
    world.monitor.update(config(pool('app', 1)))
    const asked = world.monitor.probeNow('app', 'b0')
    await pass(10)
    world.monitor.update(config())
    expect(await asked).toBeUndefined()
    await pass(30_000)
    expect(world.probed).toHaveLength(1)
    expect(world.results).toBe(0)
    expect(world.monitor.fact('app', 'b0')).toBeUndefined()
  })

  test('the strip of a backend that is new to the monitor comes from before', () => {
    const past = [{ at: 1, passed: true, tookMs: 1, detail: 'connected' }]
    world.monitor.stop()
    world = new HealthWorld(() => past)
    world.monitor.update(config(pool('app', 1)))
    expect(world.monitor.fact('app', 'b0')).toMatchObject({ health: 'unknown', probes: past })
  })
})

describe('probing on demand', () => {
  test('counts like any other, and two who ask share one probe', async () => {
    world.monitor.update(config(pool('app', 1)))
    await pass(10)
    world.behaviours.set(3000, 'connection refused')
    const both = [world.monitor.probeNow('app', 'b0'), world.monitor.probeNow('app', 'b0')]
    await pass(10)
    expect((await Promise.all(both)).map((result) => result?.detail)).toEqual([
      'connection refused',
      'connection refused',
    ])
    expect(world.timesOf(3000)).toHaveLength(2)
    void world.monitor.probeNow('app', 'b0')
    await pass(10)
    expect(world.health('app', 'b0')).toBe('unhealthy')
  })

  test('a backend that does not exist', async () => expect(await world.monitor.probeNow('app', 'b9')).toBeUndefined())
})
