import { expect, it } from 'vitest'
import type { Recent, WorkerStatus } from '../shared/api/live.ts'
import { watchTurningPoints } from './turning-points.ts'

it('turns when most requests of a pool begin to fail, or fail no more, when something runs short, and when load is high', () => {
  let recent = { failed: 0, errorShare: null } as Recent
  let worker: Pick<WorkerStatus, 'utilization' | 'shortOf'> = { utilization: 0, shortOf: null }
  const turned = watchTurningPoints({
    control: { current: () => ({ config: { pools: [{ id: 'app' }] } }) },
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
})
