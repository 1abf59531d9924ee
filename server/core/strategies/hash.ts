/**
 * Consistent hashing of a part of the request. Idea: the same key finds the same backend as long as it is there, and when one goes
 * only its keys move. Placed by maglev (a table, constant time) or rendezvous (exact, linear time). A request without the key goes by
 * least connections. Backends are placed by id: a new address or another order moves nobody.
 *
 * `boundedLoad` c: a backend that has ceil(c × its share of the requests in flight, this one included) is skipped for the
 * key's next best one. Source: V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent Hashing with Bounded Loads", SODA 2018.
 */
import { type KeyReader, keyReader } from './hash-key.ts'
import { hashText } from './hash-text.ts'
import { LeastConnections } from './least-connections.ts'
import { buildMaglev, MAGLEV_SIZE } from './maglev.ts'
import { rendezvousRank, rendezvousScore } from './rendezvous.ts'
import { slotsFor } from './slot-state.ts'
import type { Candidate, HashSpec, Numbers, PickRequest, Strategy, StrategyContext } from './strategy.ts'
import { totalWeight } from './weighted-draw.ts'

export class Hash implements Strategy {
  private readonly numbers: Numbers
  private readonly keyOf: KeyReader
  private readonly usesTable: boolean
  /** 0: no bound. */
  private readonly bound: number
  private readonly withoutKey: LeastConnections
  private members: readonly Candidate[] = []
  /** The members by id, and what the table was built from. */
  private placed: readonly Candidate[] = []
  private table: Uint16Array = buildMaglev([])
  /** Position in `members` of the member at a position of `placed`. */
  private positions = new Int32Array(0)
  /** Hash of the id by slot. */
  private seeds = new Int32Array(16)
  private equalWeights = true

  constructor(spec: HashSpec, context: StrategyContext) {
    this.numbers = context.numbers
    this.keyOf = keyReader(spec.on)
    this.usesTable = spec.method === 'maglev'
    this.bound = spec.boundedLoad ?? 0
    this.withoutKey = new LeastConnections(context)
  }

  prepare(members: readonly Candidate[]): void {
    this.withoutKey.prepare(members)
    this.members = members
    const size = slotsFor(members, this.seeds.length)
    if (size > this.seeds.length) this.seeds = new Int32Array(size)
    for (const { slot, id } of members) this.seeds[slot] = hashText(id)
    this.equalWeights = members.every(({ weight }) => weight === members[0]?.weight)
    if (this.usesTable) this.prepareTable(members)
  }

  /** A swap that changes neither ids nor weights keeps the table: building one takes about a millisecond. */
  private prepareTable(members: readonly Candidate[]): void {
    const order = members.map((_, position) => position)
    order.sort((a, b) => ((members[a] as Candidate).id < (members[b] as Candidate).id ? -1 : 1))
    const placed = order.map((position) => members[position] as Candidate)
    const same =
      placed.length === this.placed.length &&
      placed.every(({ id, weight }, index) => id === this.placed[index]?.id && weight === this.placed[index]?.weight)
    if (!same) this.table = buildMaglev(placed)
    this.placed = placed
    this.positions = Int32Array.from(order)
  }

  pick(candidates: readonly Candidate[], request: PickRequest): number {
    if (candidates.length < 2) return candidates.length - 1
    const key = this.keyOf(request)
    if (key === undefined) return this.withoutKey.pick(candidates)
    const hash = hashText(key)
    const perWeight = this.bound === 0 ? 0 : this.loadPerWeight(candidates)
    const position = this.usesTable ? this.lookUp(candidates, hash) : this.highest(candidates, hash, perWeight)
    if (position >= 0 && (perWeight === 0 || this.hasRoom(candidates[position] as Candidate, perWeight)))
      return position
    // The table's choice is full or left out of this list: its keys spread over all the others, always the same way.
    const next = this.highest(candidates, hash, perWeight)
    return next >= 0 ? next : this.highest(candidates, hash, 0)
  }

  /** Position in `candidates` of the table's choice, or -1 when it is not in this list. */
  private lookUp(candidates: readonly Candidate[], hash: number): number {
    const position = this.positions[this.table[(hash >>> 0) % MAGLEV_SIZE] as number] as number
    if (candidates === this.members) return position
    const slot = this.members[position]?.slot
    for (let index = 0; index < candidates.length; index++) {
      if ((candidates[index] as Candidate).slot === slot) return index
    }
    return -1
  }

  /** Position of the highest rendezvous score among those with room; -1 when nobody has. */
  private highest(candidates: readonly Candidate[], hash: number, perWeight: number): number {
    const { seeds, equalWeights } = this
    let best = -1
    let highest = Number.NEGATIVE_INFINITY
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index] as Candidate
      const seed = seeds[candidate.slot] as number
      const score = equalWeights ? rendezvousRank(hash, seed) : rendezvousScore(hash, seed, candidate.weight)
      if (score <= highest || (perWeight > 0 && !this.hasRoom(candidate, perWeight))) continue
      highest = score
      best = index
    }
    return best
  }

  /** Bound × requests in flight (this one included) per unit of weight. */
  private loadPerWeight(candidates: readonly Candidate[]): number {
    let inFlight = 1
    for (let index = 0; index < candidates.length; index++) {
      inFlight += this.numbers.inFlight((candidates[index] as Candidate).slot)
    }
    return (this.bound * inFlight) / totalWeight(candidates)
  }

  private hasRoom({ slot, weight }: Candidate, perWeight: number): boolean {
    return this.numbers.inFlight(slot) < Math.ceil(perWeight * weight)
  }

  key(request: PickRequest): string | undefined {
    return this.keyOf(request)
  }
}
