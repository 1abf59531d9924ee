/**
 * One coarse timer for every deadline of a thread. Setting and clearing a deadline is a number written into the owner; the wheel
 * looks at each owner only when the slot its deadline fell into comes round, so a busy connection that moves its deadline thousands of
 * times costs one look per turn.
 */

/** Length of a slot in milliseconds: how late a deadline may be noticed. */
export const TICK_MS = 100
const SLOTS = 1024

/** Something with a deadline. `wheelSlot` and `wheelAt` belong to the wheel; start them at -1. */
export interface Timed {
  /** Monotonic milliseconds; 0 for none. May be changed at any time without telling the wheel if it moves later. */
  deadline: number
  wheelSlot: number
  /** Place within its slot. */
  wheelAt: number
  /** The deadline has passed; it is 0 now. May set a new one with `TimerWheel.watch`. */
  onDeadline(): void
}

export class TimerWheel {
  private readonly slots: Timed[][] = Array.from({ length: SLOTS }, () => [])
  private cursor: number
  private timer: NodeJS.Timeout | undefined
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
    this.cursor = Math.floor(now() / TICK_MS)
  }

  start(): void {
    this.timer = setInterval(() => this.advance(), TICK_MS)
    this.timer.unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** Sets a deadline `ms` milliseconds from `now` (which the caller has at hand). */
  watch(owner: Timed, now: number, ms: number): void {
    owner.deadline = now + ms
    // Already in a slot that comes round no later: it will be looked at in time and moved on from there.
    if (owner.wheelSlot >= 0 && owner.wheelSlot * TICK_MS <= owner.deadline) return
    this.place(owner)
  }

  private place(owner: Timed): void {
    this.takeOut(owner)
    const wanted = Math.ceil(owner.deadline / TICK_MS)
    // Farther than one turn: looked at after a turn, then placed again.
    const slot = Math.min(Math.max(wanted, this.cursor + 1), this.cursor + SLOTS - 1)
    const owners = this.slots[slot % SLOTS] as Timed[]
    owner.wheelSlot = slot
    owner.wheelAt = owners.length
    owners.push(owner)
  }

  /** The last of its slot moves to where it was. */
  private takeOut(owner: Timed): void {
    if (owner.wheelSlot < 0) return
    const owners = this.slots[owner.wheelSlot % SLOTS] as Timed[]
    const last = owners.pop() as Timed
    if (last !== owner) {
      owners[owner.wheelAt] = last
      last.wheelAt = owner.wheelAt
    }
    owner.wheelSlot = -1
  }

  /** No deadline for now. The owner stays in its slot, so that the next `watch` costs nothing. */
  clear(owner: Timed): void {
    owner.deadline = 0
  }

  /** Forgets an owner for good: call it when the owner goes away. */
  drop(owner: Timed): void {
    owner.deadline = 0
    this.takeOut(owner)
  }

  /** Looks at every slot that has come due. Public for tests; `start` calls it. */
  advance(): void {
    const now = this.now()
    const until = Math.floor(now / TICK_MS)
    // After a long stall every slot is looked at once, not once per missed turn.
    if (until - this.cursor >= SLOTS) this.cursor = until - SLOTS
    while (this.cursor < until) {
      this.cursor += 1
      const due = this.slots[this.cursor % SLOTS] as Timed[]
      // Whoever is looked at leaves this slot, and perhaps takes others with it; nobody comes in.
      for (let owner = due[0]; owner !== undefined; owner = due[0]) this.look(owner, now)
    }
  }

  private look(owner: Timed, now: number): void {
    this.takeOut(owner)
    if (owner.deadline === 0) return
    if (owner.deadline > now) return this.place(owner)
    owner.deadline = 0
    owner.onDeadline()
  }
}
