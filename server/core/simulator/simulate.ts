/**
 * Discrete-event simulation of one pool: arrivals are replayed through the real strategy code, with simulated time and counts in
 * flight. Luck is tied to the arrival (its draw of a service time is the same in every run with the same seed), so two runs
 * differ by what was changed and not by chance.
 */
import { seededRandom } from '../clock.ts'
import { createStrategy } from '../strategies/registry.ts'
import type { Candidate, Strategy, StrategySpec } from '../strategies/strategy.ts'
import { type Arrival, requestOf } from './arrivals.ts'
import { Departures } from './departures.ts'

export interface SimulatedBackend {
  readonly id: string
  /** 0 takes nothing. */
  readonly weight: number
  /** Most requests given to it at once; 0 = unlimited. */
  readonly maxConnections: number
  /** Requests it works on at once, the others wait inside it, in order; Infinity: it never slows down. */
  readonly concurrency: number
  /** Service times without waiting, in ms, sorted ascending; at least one. */
  readonly serviceMs: readonly number[]
  /** How long a request stays in flight after its first byte, ms, one for each service time; absent: not at all. */
  readonly holdMs?: readonly number[]
}

export interface SimulationInput {
  readonly backends: readonly SimulatedBackend[]
  readonly strategy: StrategySpec
  /** In order of time. */
  readonly arrivals: readonly Arrival[]
  readonly seed: number
  /** Worker threads, each with a strategy of its own over shared counts. Default 1. */
  readonly workers?: number
  /** Requests that may wait while every backend is full, and how long, in ms. Default none. */
  readonly queue?: { readonly size: number; readonly timeoutMs: number }
}

/** What happened to every arrival, by its position. */
export interface SimulationRun {
  readonly input: SimulationInput
  /** Position of the backend; -1: refused. */
  readonly backendOf: Int32Array
  /** Time in the pool's queue, ms. */
  readonly queuedMs: Float64Array
  /** From arrival to answer, queueing included, ms; NaN: refused. */
  readonly latencyMs: Float64Array
  /** Highest count in flight, by backend. */
  readonly peakInFlight: readonly number[]
}

class Simulation {
  private readonly input: SimulationInput
  private now = 0
  private readonly inFlight: Int32Array
  private readonly candidates: readonly Candidate[]
  private readonly strategies: readonly Strategy[]
  /** When each of a backend's places is free again, ms; empty for unlimited concurrency. */
  private readonly freeAt: readonly number[][]
  private readonly luck: Float64Array
  private readonly workerOf: Int32Array
  private readonly departures = new Departures()
  private waiting: number[] = []
  private readonly run: SimulationRun & { peakInFlight: number[] }

  constructor(input: SimulationInput) {
    const { backends, arrivals, seed } = input
    this.input = input
    this.inFlight = new Int32Array(backends.length)
    this.freeAt = backends.map(({ concurrency }) =>
      Number.isFinite(concurrency) ? Array.from({ length: concurrency }, () => 0) : [],
    )
    this.candidates = backends.flatMap(({ id, weight, maxConnections }, slot) =>
      weight > 0 ? [{ slot, id, weight, maxConnections }] : [],
    )
    const draw = seededRandom(seed)
    this.luck = Float64Array.from(arrivals, () => draw())
    const workers = input.workers ?? 1
    this.workerOf = Int32Array.from(arrivals, () => Math.floor(draw() * workers))
    const numbers = { inFlight: (slot: number) => this.inFlight[slot] as number }
    const clock = { now: () => this.now }
    this.strategies = Array.from({ length: workers }, (_, worker) => {
      const strategy = createStrategy(input.strategy, { numbers, clock, random: seededRandom(seed + 1 + worker) })
      strategy.prepare(this.candidates)
      return strategy
    })
    this.run = {
      input,
      backendOf: new Int32Array(arrivals.length).fill(-1),
      queuedMs: new Float64Array(arrivals.length),
      latencyMs: new Float64Array(arrivals.length).fill(Number.NaN),
      peakInFlight: backends.map(() => 0),
    }
  }

  result(): SimulationRun {
    this.input.arrivals.forEach((arrival, index) => {
      this.answerUntil(arrival.atMs)
      this.now = arrival.atMs
      if (this.waiting.length > 0 || !this.give(index)) this.wait(index)
    })
    this.answerUntil(Number.POSITIVE_INFINITY)
    return this.run
  }

  private answerUntil(timeMs: number): void {
    while (this.departures.nextMs <= timeMs) {
      const departure = this.departures.pop()
      if (departure === undefined) return
      const { atMs, arrival, backend, givenMs, answeredMs } = departure
      this.now = atMs
      this.inFlight[backend] = (this.inFlight[backend] as number) - 1
      this.strategyFor(arrival).observe?.(backend, answeredMs - givenMs)
      this.serveWaiting()
    }
  }

  private strategyFor(arrival: number): Strategy {
    return this.strategies[this.workerOf[arrival] as number] as Strategy
  }

  private arrivedAt(arrival: number): number {
    return (this.input.arrivals[arrival] as Arrival).atMs
  }

  /** Gives a request to a backend that is not full; false when all are. */
  private give(arrival: number): boolean {
    const open = this.candidates.filter(
      ({ slot, maxConnections }) => maxConnections === 0 || (this.inFlight[slot] as number) < maxConnections,
    )
    // The very list that was prepared, when nobody is full: strategies may know it again.
    const list = open.length === this.candidates.length ? this.candidates : open
    const picked = this.strategyFor(arrival).pick(list, requestOf(this.input.arrivals[arrival] as Arrival))
    const backend = list[picked]?.slot
    if (backend === undefined) return false
    this.start(arrival, backend)
    return true
  }

  private start(arrival: number, backend: number): void {
    const count = (this.inFlight[backend] as number) + 1
    this.inFlight[backend] = count
    this.run.peakInFlight[backend] = Math.max(this.run.peakInFlight[backend] as number, count)
    const { answeredMs, doneMs } = this.workDone(backend, this.luck[arrival] as number)
    this.run.backendOf[arrival] = backend
    this.run.queuedMs[arrival] = this.now - this.arrivedAt(arrival)
    this.run.latencyMs[arrival] = answeredMs - this.arrivedAt(arrival)
    this.departures.push({ atMs: doneMs, arrival, backend, givenMs: this.now, answeredMs })
  }

  /** When the backend answers a request given now (its earliest free place, then the service time), and is done with it. */
  private workDone(backend: number, luck: number): { answeredMs: number; doneMs: number } {
    const { serviceMs, holdMs } = this.input.backends[backend] as SimulatedBackend
    const drawn = Math.floor(luck * serviceMs.length)
    const service = serviceMs[drawn] as number
    const hold = holdMs?.[drawn] ?? 0
    const places = this.freeAt[backend] as number[]
    if (places.length === 0) return { answeredMs: this.now + service, doneMs: this.now + service + hold }
    let earliest = 0
    for (let place = 1; place < places.length; place++) {
      if ((places[place] as number) < (places[earliest] as number)) earliest = place
    }
    const answeredMs = Math.max(this.now, places[earliest] as number) + service
    places[earliest] = answeredMs + hold
    return { answeredMs, doneMs: answeredMs + hold }
  }

  private wait(arrival: number): void {
    this.dropExpired()
    if (this.waiting.length < (this.input.queue?.size ?? 0)) this.waiting.push(arrival)
  }

  private dropExpired(): void {
    const limit = this.input.queue?.timeoutMs ?? 0
    this.waiting = this.waiting.filter((arrival) => this.now - this.arrivedAt(arrival) <= limit)
  }

  private serveWaiting(): void {
    if (this.waiting.length === 0) return
    this.dropExpired()
    while (this.waiting.length > 0 && this.give(this.waiting[0] as number)) this.waiting.shift()
  }
}

/** Replays the arrivals. The same input gives the same run on every machine. */
export function simulate(input: SimulationInput): SimulationRun {
  return new Simulation(input).result()
}
