/** The last 15 minutes, second by second, of the whole balancer, of each pool and of each backend. Lives inside the query cache. */
import type { Sample, Tick } from '../../shared/api/live.ts'
import type { Series, SeriesAnswer, SeriesPoint } from '../../shared/api/series.ts'

/** How far back it goes, milliseconds. */
export const TICKS_MS = 15 * 60_000
/** Samples kept over all names; many backends each keep a shorter past, so that the page stays small. */
const MOST_SAMPLES = 150_000
const LEAST_EACH = 60

/** A second without traffic. */
export function idleSample(t: number): Sample {
  return {
    t,
    requests: 0,
    s1xx: 0,
    s2xx: 0,
    s3xx: 0,
    s4xx: 0,
    s5xx: 0,
    ours: 0,
    aborted: 0,
    retries: 0,
    bytesIn: 0,
    bytesOut: 0,
    inFlight: 0,
    p50: null,
    p95: null,
    p99: null,
  }
}

function sampleOf(point: SeriesPoint, columns: readonly string[]): Sample {
  const sample = idleSample(0) as unknown as Record<string, number | null>
  columns.forEach((column, index) => {
    if (column in sample) sample[column] = point[index] ?? null
  })
  return sample as unknown as Sample
}

function keyOf(pool?: string | null, backend?: string | null): string {
  return backend == null ? (pool ?? '') : `${pool}/${backend}`
}

interface Ring {
  samples: Sample[]
  /** A copy handed out, until the next sample comes. */
  view: readonly Sample[] | undefined
}

export class TickStore {
  private rings = new Map<string, Ring>()
  private newest = 0

  /** Adds one second. Names without traffic get a second of zeros: they were there, only idle. */
  add(tick: Tick): void {
    if (tick.t <= this.newest) return
    this.newest = tick.t
    const heard = new Map<string, Sample>([['', tick.total]])
    for (const { id, sample } of tick.pools) heard.set(keyOf(id), sample)
    for (const { pool, id, sample } of tick.backends) heard.set(keyOf(pool, id), sample)
    for (const key of heard.keys()) if (!this.rings.has(key)) this.rings.set(key, { samples: [], view: undefined })
    const most = Math.max(LEAST_EACH, Math.min(TICKS_MS / 1000, Math.floor(MOST_SAMPLES / this.rings.size)))
    for (const [key, ring] of this.rings) {
      ring.samples.push(heard.get(key) ?? idleSample(tick.t))
      const gone = ring.samples.findIndex((sample) => sample.t > tick.t - TICKS_MS)
      ring.samples.splice(0, Math.max(gone, ring.samples.length - most))
      ring.view = undefined
    }
  }

  /** Puts history before what the stream has brought. Only steps of a second fit. */
  seed(answer: SeriesAnswer): void {
    if (answer.step !== 1000) return
    const whole = answer.series.find((series) => series.pool === null)
    const ran = whole ? whole.points.map((point) => point[0] as number) : this.read().map((sample) => sample.t)
    for (const series of answer.series) this.seedOne(series, answer.columns, ran)
  }

  /** Ascending by time; a missing second is one in which nothing was heard. The same array until something is added. */
  read(pool?: string, backend?: string): readonly Sample[] {
    const ring = this.rings.get(keyOf(pool, backend))
    if (!ring) return NOTHING
    ring.view ??= ring.samples.slice()
    return ring.view
  }

  clear(): void {
    this.rings = new Map()
    this.newest = 0
  }

  private seedOne({ pool, backend, points }: Series, columns: readonly string[], ran: number[]): void {
    const key = keyOf(pool, backend)
    const ring = this.rings.get(key) ?? { samples: [], view: undefined }
    const first = ring.samples[0]?.t ?? Number.POSITIVE_INFINITY
    const known = new Map(points.map((point) => [point[0] as number, sampleOf(point, columns)]))
    const before = ran.filter((t) => t < first).map((t) => known.get(t) ?? idleSample(t))
    ring.samples = [...before, ...ring.samples]
    ring.view = undefined
    this.rings.set(key, ring)
    this.newest = Math.max(this.newest, ring.samples.at(-1)?.t ?? 0)
  }
}

const NOTHING: readonly Sample[] = []
