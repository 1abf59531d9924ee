import { expect, it } from 'vitest'
import type { Recent, WorkerStatus } from '../shared/api/live.ts'
import { watchTurningPoints } from './turning-points.ts'

it('turns when most requests fail or fail no more, something runs short, load is high, and a slow start comes on or ends', () => {
  let recent = { failed: 0, errorShare: null } as Recent
  let worker: Pick<WorkerStatus, 'utilization' | 'shortOf'> = { utilization: 0, shortOf: null }
  let slowStart = 1
  const turned = watchTurningPoints({
    control: { current: () => ({ config: { pools: [{ id: 'app', backends: [{ id: 'a' }] }] } }) },
    monitors: { facts: { of: () => ({ slowStart }) } },
    telemetry: { recent: () => recent },
    supervisor: { workers: () => [worker] },
  })
  const after = (calls: number) => Array.from({ length: calls }, () => turned()).some(Boolean)
  turned()
  expect(turned()).toBe(false)
  recent = { failed: 50, errorShare: 0.9 } as Recent
  expect([turned(), turned()]).toEqual([true, false])
  recent = { failed: 70, errorShare: 0.7 } as Recent
  expect(turned()).toBe(false)
  recent = { failed: 0, errorShare: 0 } as Recent
  expect(turned()).toBe(true)
  worker = { utilization: 0, shortOf: 'descriptors' }
  expect([turned(), turned()]).toEqual([true, false])
  worker = { utilization: 0.95, shortOf: 'descriptors' }
  expect(after(5)).toBe(true)
  expect(after(5)).toBe(false)
  slowStart = 0.1
  expect([turned(), turned()]).toEqual([true, false])
  slowStart = 0.19
  expect(turned()).toBe(false)
  slowStart = 0.2
  expect(turned()).toBe(true)
  slowStart = 1
  expect([turned(), turned()]).toEqual([true, false])
})
