import { beforeEach, describe, expect, it } from 'vitest'
import type { PoolSnapshot } from '../core/snapshot.ts'
import { createScoreboard, ScoreboardWriter } from './scoreboard.ts'
import { type Waiting, WaitingRoom } from './waiting-room.ts'

const POOL = 1
const pool = (size = 3, timeoutMs = 1000) => ({ slot: POOL, limited: true, queue: { size, timeoutMs } }) as PoolSnapshot

class Guest implements Waiting {
  readonly told: string[]
  readonly name: string
  private readonly places: { free: number }
  private readonly room: WaitingRoom

  constructor(name: string, room: WaitingRoom, places: { free: number }, told: string[]) {
    this.name = name
    this.room = room
    this.places = places
    this.told = told
  }

  proceed(): boolean {
    if (this.places.free === 0) return false
    this.places.free -= 1
    this.room.leave(this, POOL)
    this.told.push(`${this.name} in`)
    return true
  }

  expire(): void {
    this.told.push(`${this.name} late`)
  }
}

describe('queue of a pool, in two threads', () => {
  let now: number
  let boards: ScoreboardWriter[]
  let rooms: WaitingRoom[]
  let places: { free: number }
  let told: string[]
  const guest = (name: string, thread = 0) => new Guest(name, rooms[thread] as WaitingRoom, places, told)
  const enter = (who: Guest, size?: number, thread = 0) => (rooms[thread] as WaitingRoom).enter(who, pool(size))

  beforeEach(() => {
    now = 1000
    places = { free: 0 }
    told = []
    const handle = createScoreboard({ slots: 4, workers: 2 })
    boards = [0, 1].map((worker) => new ScoreboardWriter(handle, worker))
    rooms = boards.map((board) => new WaitingRoom(board, { now: () => now }, () => 0))
  })

  it('is bounded over both, and says when somebody waits', () => {
    expect(rooms[1]?.isOccupied(pool())).toBe(false)
    expect([enter(guest('a')), enter(guest('b', 1), 3, 1), enter(guest('c')), enter(guest('d', 1), 3, 1)]).toEqual([
      true,
      true,
      true,
      false,
    ])
    expect(rooms[1]?.isOccupied(pool())).toBe(true)
    expect(rooms[0]?.isOccupied(pool(0))).toBe(false)
    expect(boards[0]?.inFlight(POOL)).toBe(3)
  })

  it('serves in order, as many as there are places', async () => {
    for (const name of ['a', 'b', 'c']) enter(guest(name))
    places.free = 2
    rooms[0]?.placeFree(pool())
    await expect.poll(() => told).toEqual(['a in', 'b in'])
    places.free = 1
    rooms[0]?.placeFree(pool())
    await expect.poll(() => told).toEqual(['a in', 'b in', 'c in'])
    expect(boards[0]?.inFlight(POOL)).toBe(0)
  })

  it('wakes the other thread when only that one has somebody waiting', async () => {
    enter(guest('far', 1), 3, 1)
    places.free = 1
    rooms[0]?.placeFree(pool())
    await expect.poll(() => told).toEqual(['far in'])
  })

  it('lets who leaves leave once, and who is late go', async () => {
    const left = guest('left')
    enter(left)
    enter(guest('late'))
    rooms[0]?.leave(left, POOL)
    rooms[0]?.leave(left, POOL)
    expect(boards[0]?.inFlight(POOL)).toBe(1)
    now += 1001
    await expect.poll(() => told).toEqual(['late late'])
    expect(boards[0]?.inFlight(POOL)).toBe(0)
  })
})
