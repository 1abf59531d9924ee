/** Follows, second by second, what came by each listener and route, and what no backend of a pool got. */
import type { Flow, Flows } from '../../shared/api/flows.ts'
import { DeltaReader, type NumbersSource } from './reader.ts'
import { RecentSeconds } from './recent.ts'
import { type Counts, emptyCounts, type Frame, type FrameConsumer, isIdle, type SeriesName } from './sample.ts'

/** Rows that count a way in. */
export interface WayRow {
  listener: string
  /** '' for what found none. */
  route: string
  slot: number
}

/** Rows that count what no backend of a pool got. */
export interface PoolRow {
  pool: string
  slot: number
}

export interface FlowsOptions {
  source: NumbersSource
  /** Names of the source's counters, in their order. */
  counters: readonly string[]
  ways(): readonly WayRow[]
  pools(): readonly PoolRow[]
}

/** Names of ways and pools must not meet: a listener may be called as a pool is. */
const wayName = ({ listener, route }: Omit<WayRow, 'slot'>): SeriesName => ({ pool: `way ${listener}`, backend: route })
const poolName = ({ pool }: Omit<PoolRow, 'slot'>): SeriesName => ({ pool: `pool ${pool}`, backend: '' })

export class FlowReader implements FrameConsumer {
  private readonly options: FlowsOptions
  private readonly reader: DeltaReader
  private readonly window = new RecentSeconds()

  constructor(options: FlowsOptions) {
    this.options = options
    this.reader = new DeltaReader(options.source, options.counters)
  }

  /** Reads its own rows for the second that `frame` is of; of the frame it takes the time alone. */
  add({ t }: Frame): void {
    const { ways, pools } = this.options
    const backends = [
      ...ways().map((row) => this.read(wayName(row), row.slot)),
      ...pools().map((row) => this.read(poolName(row), row.slot)),
    ].filter((counts) => !isIdle(counts))
    this.window.add({ t, total: emptyCounts({ pool: '', backend: '' }), pools: [], backends })
  }

  private read(name: SeriesName, slot: number): Counts {
    const counts = emptyCounts(name)
    this.reader.addTo(counts, () => new Float64Array(0), { ...name, slot })
    return counts
  }

  /** The last 10 seconds. */
  flows(): Flows {
    const { ways, pools } = this.options
    const flowing = ways().flatMap(({ listener, route }) => {
      const flow = this.flow(wayName({ listener, route }))
      return flow === undefined ? [] : [{ listener, route, ...flow }]
    })
    return {
      seconds: this.window.seconds(),
      routes: flowing.filter(({ route }) => route !== ''),
      unrouted: flowing.filter(({ route }) => route === '').map(({ route: _, ...rest }) => rest),
      unserved: pools().flatMap(({ pool }) => {
        const flow = this.flow(poolName({ pool }))
        return flow === undefined ? [] : [{ pool, ...flow }]
      }),
    }
  }

  private flow(name: SeriesName): Flow | undefined {
    if (!this.window.moves(name)) return undefined
    const { requests, s4xx, s5xx, ours, failed } = this.window.of(name)
    // The responses of backends below 500 are not counted here: every 4xx is one of ours.
    return requests + s4xx + s5xx + ours === 0 ? undefined : { requests, failed, refused: s4xx + ours }
  }
}
