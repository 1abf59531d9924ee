import { expect, test } from 'vitest'
import { counters, createScoreboard, ScoreboardReader, ScoreboardWriter } from '../dataplane/scoreboard.ts'
import { Sampler } from './sampler.ts'
import { MEMORY_MS, SecondsMemory } from './seconds.ts'
import { FakeScoreboard, fakeCounters } from './testing.ts'

const START = Date.UTC(2026, 0, 2, 3, 4, 5)

test('memory ends after 15 minutes', () => {
  const memory = new SecondsMemory()
  const board = new FakeScoreboard()
  const sampler = new Sampler({
    source: board,
    counters: fakeCounters,
    slots: () => [{ pool: 'app', backend: 'a1', slot: 0 }],
    revision: () => 1,
    connections: () => ({}),
    consumers: [memory],
  })
  for (let second = 0; second < 1200; second++) {
    if (second < 100) board.answer(0, 200, 1000)
    sampler.tick(START + second * 1000)
  }
  const points = memory.points({ pool: '', backend: '' }, 0, Number.MAX_SAFE_INTEGER)
  expect(points.length).toBeGreaterThanOrEqual(900)
  expect(points.length).toBeLessThanOrEqual(960)
  expect(memory.names()).toEqual([{ pool: '', backend: '' }])
})

test('a thousand backends: quick when idle, and small when all are busy', () => {
  const memory = new SecondsMemory()
  const handle = createScoreboard({ slots: 1000, workers: 4 })
  const writer = new ScoreboardWriter(handle, 1)
  const slots = Array.from({ length: 1000 }, (_, slot) => ({ pool: `p${slot % 10}`, backend: `b${slot}`, slot }))
  const large = new Sampler({
    source: new ScoreboardReader(handle),
    counters,
    slots: () => slots,
    revision: () => 1,
    connections: () => ({}),
    consumers: [memory],
  })
  let now = START
  const tick = (busy: number) => {
    for (let slot = 0; slot < busy; slot++) {
      writer.add(slot, 0, 1200)
      writer.add(slot, 10, 500_000)
      writer.add(slot, 11, 5_000_000)
      writer.answered(slot, 200, 4000)
    }
    // Time of this thread alone: what else the machine does must not count.
    const began = process.threadCpuUsage()
    now += 1000
    large.tick(now)
    const { user, system } = process.threadCpuUsage(began)
    return (user + system) / 1000
  }
  const idle = Array.from({ length: 40 }, () => tick(20)).sort((a, b) => a - b)
  expect(idle[20]).toBeLessThan(20)
  for (let second = 0; second < 120; second++) tick(1000)
  const perSecond = memory.bytes() / 120
  expect((perSecond * MEMORY_MS) / 1000 / 1024 / 1024).toBeLessThan(40)
})
