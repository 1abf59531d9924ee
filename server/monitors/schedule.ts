/** Many appointments on one timer: a binary heap ordered by time, so thousands of backends cost one `setTimeout`. */
import type { Clock } from '../core/clock.ts'

export interface Schedule {
  /** Calls `run` at `due` (milliseconds of the clock; Infinity: never) or at once when that has passed, never within this call. Returns how to cancel it. */
  at(due: number, run: () => void): () => void
  /** Forgets everything and holds no timer. */
  close(): void
}

interface Appointment {
  due: number
  /** Order of making, for equal times. */
  order: number
  /** Undefined once cancelled: it leaves the heap when its time comes, or at the next clean-up. */
  run: (() => void) | undefined
}

/** Longest `setTimeout` used; a later appointment is looked at again then. Milliseconds. */
const LONGEST_WAIT_MS = 3_600_000
/** Cancelled appointments that are tolerated before the heap is cleaned, beyond as many as are left. */
const CLEAN_UP_FROM = 256

const before = (a: Appointment, b: Appointment) => a.due < b.due || (a.due === b.due && a.order < b.order)

function rise(heap: Appointment[], from: number): void {
  const moved = heap[from] as Appointment
  let index = from
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!before(moved, heap[parent] as Appointment)) break
    heap[index] = heap[parent] as Appointment
    index = parent
  }
  heap[index] = moved
}

function sink(heap: Appointment[]): void {
  const moved = heap[0] as Appointment
  let index = 0
  for (;;) {
    let child = index * 2 + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1] as Appointment, heap[child] as Appointment)) child++
    if (!before(heap[child] as Appointment, moved)) break
    heap[index] = heap[child] as Appointment
    index = child
  }
  heap[index] = moved
}

function takeFirst(heap: Appointment[]): Appointment | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (heap.length > 0 && last !== undefined) {
    heap[0] = last
    sink(heap)
  }
  return first
}

/** Builds a schedule on a monotonic clock, so that a jump of the wall clock moves nothing. */
export function createSchedule(clock: Clock): Schedule {
  let heap: Appointment[] = []
  let cancelled = 0
  let orders = 0
  let timer: NodeJS.Timeout | undefined
  let armedFor = Number.POSITIVE_INFINITY

  function arm(): void {
    const due = heap[0]?.due ?? Number.POSITIVE_INFINITY
    if (timer !== undefined && due >= armedFor) return
    clearTimeout(timer)
    timer = undefined
    armedFor = due
    if (due === Number.POSITIVE_INFINITY) return
    timer = setTimeout(fire, Math.max(0, Math.min(LONGEST_WAIT_MS, Math.ceil(due - clock.now()))))
  }

  function fire(): void {
    timer = undefined
    armedFor = Number.POSITIVE_INFINITY
    const now = clock.now()
    const last = orders
    // Those made meanwhile wait for the next turn, so that an appointment that renews itself cannot hold the thread.
    while (heap[0] !== undefined && heap[0].due <= now && heap[0].order < last) {
      const { run } = takeFirst(heap) as Appointment
      if (run === undefined) cancelled--
      else run()
    }
    arm()
  }

  function cleanUp(): void {
    if (cancelled < CLEAN_UP_FROM || cancelled * 2 < heap.length) return
    heap = heap.filter(({ run }) => run !== undefined).sort((a, b) => (before(a, b) ? -1 : 1))
    cancelled = 0
  }

  return {
    at(due, run) {
      if (due === Number.POSITIVE_INFINITY) return () => undefined
      const made: Appointment = { due, order: orders++, run: undefined }
      made.run = () => {
        made.run = undefined
        run()
      }
      heap.push(made)
      rise(heap, heap.length - 1)
      arm()
      return () => {
        if (made.run === undefined) return
        made.run = undefined
        cancelled++
        cleanUp()
      }
    },
    close() {
      clearTimeout(timer)
      timer = undefined
      armedFor = Number.POSITIVE_INFINITY
      heap = []
      cancelled = 0
    },
  }
}
