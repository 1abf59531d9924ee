import { beforeEach, describe, expect, test } from 'vitest'
import { type ConfigDocument, configSchema } from '../../shared/config/config.ts'
import { createOutlierMonitor, gatewayFailures, type OutlierChange, type OutlierMonitor } from './outlier-monitor.ts'

const counters = ['s5xx', 'requests', 'connectFailures', 'retries', 'ours'] as const
type Counter = (typeof counters)[number]
type PoolInput = NonNullable<ConfigDocument['pools']>[number]

/** A pool of three whose counters the test moves, a second at a time. */
class World {
  now = 0
  readonly counts = new Map<number, Record<Counter, number>>()
  readonly inARow = new Map<number, number>()
  readonly unhealthy = new Set<string>()
  readonly changes: OutlierChange[] = []
  readonly monitor: OutlierMonitor

  constructor() {
    this.monitor = createOutlierMonitor({
      clock: { now: () => this.now },
      counters,
      reader: {
        readCounters: (slot, into) => into.set(counters.map((name) => this.row(slot)[name])),
        consecutiveFailures: (slot) => this.inARow.get(slot) ?? 0,
        resetConsecutiveFailures: (slot) => this.inARow.set(slot, 0),
      },
      slotOf: (_, backend) => (backend === 'new' ? undefined : Number(backend.slice(1))),
      healthOf: (_, backend) => (this.unhealthy.has(backend) ? 'unhealthy' : 'healthy'),
      onChange: (change) => this.changes.push(change),
    })
  }

  row(slot: number): Record<Counter, number> {
    const row = this.counts.get(slot) ?? { s5xx: 0, requests: 0, connectFailures: 0, retries: 0, ours: 0 }
    this.counts.set(slot, row)
    return row
  }

  update(more: Partial<PoolInput> = {}) {
    const backends = ['b0', 'b1', 'b2', 'new'].map((id, n) => ({ id, address: `10.0.0.${n + 1}:80` }))
    this.monitor.update(configSchema.parse({ pools: [{ id: 'app', backends, ...more }] }))
  }

  /** Each second every backend gets ten requests; `failing` of those of b0 are answered with 500, the last ones. */
  seconds(count: number, failing = 0) {
    for (let second = 0; second < count; second++) {
      for (const slot of [0, 1, 2]) this.row(slot).requests += 10
      this.row(0).s5xx += failing
      this.inARow.set(0, failing === 10 ? (this.inARow.get(0) ?? 0) + 10 : 0)
      this.now += 1000
      this.monitor.tick()
    }
  }

  get told() {
    return this.changes.map(({ backend, ejected, reason }) => `${backend} ${ejected ? 'out' : 'back'}: ${reason}`)
  }
}

let world: World
beforeEach(() => {
  world = new World()
})

test('failures in a row eject for 30 s; on return the old row is forgotten', () => {
  world.update()
  world.seconds(2)
  world.seconds(1, 10)
  expect(world.told).toEqual(['b0 out: 10 failures in a row; for 30 s'])
  expect(world.changes[0]?.detail).toEqual({ reason: '10 failures in a row', seconds: 30, times: 1, inARow: 10 })
  world.inARow.set(0, 12)
  for (let n = 0; n < 31; n++) {
    world.now += 1000
    world.monitor.tick()
  }
  expect(world.told[1]).toBe('b0 back: its ejection is over')
  expect(world.inARow.get(0)).toBe(0)
  world.seconds(3)
  expect(world.changes).toHaveLength(2)
})

test('a share of errors far above that of the others ejects', () => {
  world.update()
  world.seconds(10, 6)
  expect(world.told[0]).toMatch(/^b0 out: 60 % errors against 0 % elsewhere, \d+ requests; for 30 s$/)
})

test('a backend that is unhealthy, disabled or without a row is left alone', () => {
  world.unhealthy.add('b0')
  world.update()
  world.seconds(3, 10)
  expect(world.changes).toEqual([])
})

describe('changes of the configuration', () => {
  beforeEach(() => {
    world.update()
    world.seconds(2)
    world.seconds(1, 10)
    expect(world.changes).toHaveLength(1)
  })

  test('an unrelated edit keeps an ejection', () => {
    world.update({ slowStart: '10s' })
    expect(world.changes).toHaveLength(1)
  })

  test('switching detection off ends it and nothing is ejected any more', () => {
    world.update({ outlier: { enabled: false } })
    expect(world.told[1]).toBe('b0 back: the rules of outlier detection were changed')
    world.seconds(10, 10)
    expect(world.changes).toHaveLength(2)
  })

  test('a new address ends it', () => {
    world.update({
      backends: [
        { id: 'b0', address: '10.9.9.9:80' },
        ...['b1', 'b2'].map((id, n) => ({ id, address: `10.0.0.${n + 2}:80` })),
      ],
    })
    expect(world.told[1]).toBe('b0 back: its address was changed')
  })

  test('forgetting tells nothing; a removed pool neither', () => {
    world.monitor.forget('app', 'b0')
    world.monitor.update(configSchema.parse({}))
    world.now += 60_000
    world.monitor.tick()
    expect(world.changes).toHaveLength(1)
  })
})

test('attempts without an answer: repeats and answers of ours, without those repeated for their status', () => {
  const counts = { requests: 100, s5xx: 10, ours: 3, retries: 12, connectFailures: 4 }
  expect(gatewayFailures({ ...counts, s5xx: 0 }, false)).toBe(15)
  expect(gatewayFailures(counts, true)).toBe(5)
  expect(gatewayFailures({ ...counts, s5xx: 30 }, true)).toBe(4)
})

test('a reader without the counters is refused', () => {
  const parts = { clock: { now: () => 0 }, slotOf: () => 0, healthOf: () => undefined, onChange: () => undefined }
  const reader = {
    readCounters: () => undefined,
    consecutiveFailures: () => 0,
    resetConsecutiveFailures: () => undefined,
  }
  expect(() => createOutlierMonitor({ ...parts, reader, counters: ['requests'] })).toThrow('does not count s5xx')
})
