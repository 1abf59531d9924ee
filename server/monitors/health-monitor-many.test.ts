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

describe('many backends', () => {
  test('one that hangs delays none of a hundred others', async () => {
    world.monitor.update(config(pool('app', 101)))
    world.behaviours.set(3100, 'hang')
    await pass(30_000)
    for (let port = 3000; port < 3100; port++) {
      const times = world.timesOf(port)
      const gaps = times.slice(2).map((at, index) => at - (times[index + 1] as number))
      expect(Math.max(...gaps)).toBeLessThan(5600)
    }
    expect(world.monitor.facts().filter(({ health }) => health === 'healthy')).toHaveLength(100)
    expect(world.health('app', 'b100')).toBe('unhealthy')
  })

  test('five hundred that hang do not keep a hundred others waiting for their timeouts', async () => {
    for (let port = 3000; port < 3500; port++) world.behaviours.set(port, 'hang')
    world.monitor.update(config(pool('app', 600)))
    await pass(2000)
    expect(world.monitor.facts().filter(({ health }) => health === 'healthy')).toHaveLength(100)
    await pass(20_000)
    const gaps = world.timesOf(3599).map((at, index, times) => at - (times[index - 1] ?? at))
    expect(Math.max(...gaps)).toBeLessThan(6500)
  })

  test('two thousand start in limited numbers and are spread over the interval afterwards', async () => {
    world.monitor.update(config(pool('app', 2000)))
    await pass(1000)
    expect(world.mostAtOnce).toBeLessThanOrEqual(64)
    expect(world.monitor.facts().every(({ health }) => health === 'healthy')).toBe(true)
    world.probed.length = 0
    await pass(5000)
    const perTenth = new Array(50).fill(0)
    const from = performance.now() - 5000
    for (const { at } of world.probed) perTenth[Math.min(49, Math.floor((at - from) / 100))]++
    // 2,000 in 5 s are 40 in each tenth of a second.
    expect(Math.max(...perTenth)).toBeLessThan(100)
  })
})

describe('clocks and trouble', () => {
  test('a jump of the wall clock moves no probe', async () => {
    world.monitor.update(config(pool('app', 1)))
    await pass(20_000)
    const before = world.probed.length
    world.wall += 3_600_000
    await pass(20_000)
    world.wall -= 7_200_000
    await pass(20_000)
    expect(world.probed.length - before).toBeGreaterThanOrEqual(7)
    expect(world.probed.length - before).toBeLessThanOrEqual(9)
    expect(world.changes).toHaveLength(1)
  })

  test('a probe that could not be made is no evidence, is told once, and is made again soon', async () => {
    world.monitor.update(config(pool('app', 1)))
    await pass(10)
    world.behaviours.set(3000, 'impossible')
    await pass(20_000)
    expect(world.health('app', 'b0')).toBe('healthy')
    expect(world.troubles).toEqual(['b0: no descriptors left'])
    expect(world.results).toBe(1)
    world.behaviours.set(3000, 'pass')
    await pass(3000)
    expect(world.results).toBeGreaterThan(1)
  })

  test('after stop nothing is probed and nothing is held', async () => {
    world.behaviours.set(3000, 'hang')
    world.monitor.update(config(pool('app', 3)))
    await pass(100)
    world.monitor.stop()
    expect(await world.monitor.probeNow('app', 'b1')).toBeUndefined()
    const before = world.probed.length
    await pass(60_000)
    expect(world.probed).toHaveLength(before)
  })
})
