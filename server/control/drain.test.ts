import { beforeEach, describe, expect, it } from 'vitest'
import { configSchema } from '../../shared/config/config.ts'
import { HandClock, NotedDataPlane, smallDocument } from '../testing/admin-world.ts'
import type { NewEvent } from './data-plane.ts'
import { createDrains, type Drains } from './drain.ts'
import { patchBackend, removeBackend } from './edits.ts'
import { createSlots } from './slots.ts'

const full = configSchema.parse(smallDocument())
const without = configSchema.parse(removeBackend('app', 'app-2')(smallDocument()))
const set = configSchema.parse(patchBackend('app', 'app-2', { adminState: 'draining' })(smallDocument()))

let clock: HandClock
let dataPlane: NotedDataPlane
let drains: Drains
let events: NewEvent[]
beforeEach(() => {
  clock = new HandClock()
  dataPlane = new NotedDataPlane()
  events = []
  drains = createDrains({ dataPlane, clock, now: () => 5000, events: { record: (event) => void events.push(event) } })
})

describe('draining', () => {
  it('lets a removed backend finish, says so, and forgets it a while later', () => {
    dataPlane.flying.set('app/app-2', 2)
    drains.changed(full, without)
    expect(drains.tick()).toBe(false)
    expect(drains.removed()[0]?.status).toMatchObject({
      requests: 2,
      deadline: 35_000,
      removed: true,
      safeToStop: false,
    })
    dataPlane.flying.delete('app/app-2')
    expect(drains.tick()).toBe(true)
    expect(events).toMatchObject([{ kind: 'drain', severity: 'info', backend: 'app-2' }])
    expect(drains.removed()[0]?.status.safeToStop).toBe(true)
    clock.advance(20_000)
    expect(drains.tick()).toBe(true)
    expect(drains.removed()).toEqual([])
  })

  it('cuts at the deadline', () => {
    dataPlane.flying.set('app/app-2', 2)
    drains.changed(full, without)
    clock.advance(29_999)
    drains.tick()
    expect(dataPlane.cuts).toEqual([])
    clock.advance(1)
    drains.tick()
    expect(dataPlane.cuts).toEqual(['app/app-2'])
    expect(events[0]?.message).toContain('2 cut')
  })

  it('cuts now when asked, and only what drains', () => {
    dataPlane.flying.set('app/app-2', 1)
    drains.changed(full, without)
    drains.removeNow('app', 'app-2')
    expect(dataPlane.cuts).toEqual(['app/app-2'])
    expect(() => drains.removeNow('app', 'app-1')).toThrow('not draining')
  })

  it('stops when the backend comes back', () => {
    dataPlane.flying.set('app/app-2', 1)
    drains.changed(full, without)
    drains.changed(without, full)
    clock.advance(60_000)
    drains.tick()
    expect(dataPlane.cuts).toEqual([])
    expect(drains.statusOf('app', 'app-2')).toBeNull()
  })

  it('never cuts a backend that is only set to draining', () => {
    dataPlane.flying.set('app/app-2', 1)
    drains.changed(full, set)
    clock.advance(10 * 3_600_000)
    drains.tick()
    expect(dataPlane.cuts).toEqual([])
    expect(drains.statusOf('app', 'app-2')).toMatchObject({ deadline: null, removed: false, safeToStop: false })
    dataPlane.flying.delete('app/app-2')
    drains.tick()
    expect(drains.statusOf('app', 'app-2')?.safeToStop).toBe(true)
    expect(drains.removed()).toEqual([])
  })

  it('starts over as a removal when a draining backend is removed', () => {
    drains.changed(full, set)
    drains.changed(set, without)
    expect(drains.removed()).toHaveLength(1)
  })
})

describe('slots', () => {
  const build = (capacity: number) => {
    const freed: number[] = []
    const busy = new Set<number>()
    const inFlight = (slot: number) => (busy.has(slot) ? 1 : 0)
    const slots = createSlots({ capacity, graceMs: 1000, clock, inFlight, onFree: (slot) => void freed.push(slot) })
    return { slots, freed, busy }
  }

  it('stay with their backend and are freed only when it is empty and a while has passed', () => {
    const { slots, freed, busy } = build(10)
    slots.assign(full)
    const slot = slots.slotOf('app', 'app-2') as number
    expect(slot).toBe(slots.entries().length - 1)
    slots.assign(without)
    busy.add(slot)
    slots.tick()
    clock.advance(5000)
    slots.tick()
    busy.clear()
    slots.tick()
    clock.advance(999)
    slots.tick()
    expect(freed).toEqual([])
    clock.advance(1)
    slots.tick()
    expect(freed).toEqual([slot])
    expect(slots.slotOf('app', 'app-2')).toBeUndefined()
  })

  it('come back with an undone removal, and are not given away meanwhile', () => {
    const { slots } = build(10)
    slots.assign(full)
    slots.assign(configSchema.parse(removeBackend('app', 'app-1')(smallDocument())))
    const left = slots.entries().find((entry) => !entry.configured)
    expect(left).toMatchObject({ backend: 'app-1' })
    slots.assign(full)
    expect(slots.slotOf('app', 'app-1')).toBe(left?.slot)
    expect(slots.entries().every((entry) => entry.configured)).toBe(true)
  })

  it('say clearly when there are no more', () => {
    const { slots } = build(1)
    expect(() => slots.check(full)).toThrow('room for 1 backends')
    expect(slots.entries()).toEqual([])
  })
})
