/** The answers still to come, earliest first: a binary heap. */

export interface Departure {
  readonly atMs: number
  /** Position of the arrival. */
  readonly arrival: number
  /** Position of the backend. */
  readonly backend: number
  /** When the backend was given the request, ms. */
  readonly givenMs: number
  /** When its first byte came, ms; it leaves at `atMs`, with the last. */
  readonly answeredMs: number
}

const before = (a: Departure, b: Departure): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.arrival < b.arrival)

export class Departures {
  private readonly heap: Departure[] = []

  /** Time of the earliest; Infinity when there is none. */
  get nextMs(): number {
    return this.heap[0]?.atMs ?? Number.POSITIVE_INFINITY
  }

  push(departure: Departure): void {
    const { heap } = this
    let at = heap.length
    heap.push(departure)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(departure, heap[parent] as Departure)) break
      heap[at] = heap[parent] as Departure
      at = parent
    }
    heap[at] = departure
  }

  pop(): Departure | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as Departure, heap[child] as Departure)) child += 1
      if (!before(heap[child] as Departure, last)) break
      heap[at] = heap[child] as Departure
      at = child
    }
    heap[at] = last
    return first
  }
}
