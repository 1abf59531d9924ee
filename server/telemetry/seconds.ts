/**
 * The last 15 minutes, second by second, in memory. Each name has a chain of one-minute blocks of packed bytes: an idle second
 * takes nothing, a busy one about 20 bytes, so a thousand busy backends fit into some 20 MB. The whole balancer has a record for
 * each second, idle or not: those are the seconds in which the process ran.
 */
import type { SeriesPoint } from '../../shared/api/series.ts'
import {
  bucketValue,
  type Counts,
  type Frame,
  type FrameConsumer,
  isIdle,
  keyOf,
  percentileBuckets,
  type SeriesName,
  SUMS,
} from './sample.ts'

/** How far back the memory goes, milliseconds. */
export const MEMORY_MS = 15 * 60_000
const BLOCK_MS = 60_000
const SECOND = 1000
const HAS_LATENCY = 1 << (SUMS + 1)
/** Longest record: second, mask, 12 numbers of up to 8 bytes, 3 percentiles. */
const LONGEST = 1 + 2 + (SUMS + 1) * 8 + 3

interface Block {
  /** Epoch milliseconds, a multiple of `BLOCK_MS`. */
  start: number
  data: Uint8Array
  length: number
}

interface Chain extends SeriesName {
  blocks: Block[]
}

export class SecondsMemory implements FrameConsumer {
  private readonly chains = new Map<string, Chain>()
  private newest = Number.NEGATIVE_INFINITY

  add(frame: Frame): void {
    if (frame.t <= this.newest) this.forgetFrom(frame.t)
    if (blockStart(frame.t) !== blockStart(this.newest)) this.forgetBefore(frame.t - MEMORY_MS)
    this.newest = frame.t
    this.append(frame.t, frame.total)
    for (const counts of frame.pools) this.append(frame.t, counts)
    for (const counts of frame.backends) this.append(frame.t, counts)
  }

  /** Points of one name with `from` ≤ t < `to`, ascending; idle seconds are left out, except for the whole balancer. */
  points(name: SeriesName, from: number, to: number): SeriesPoint[] {
    const points: SeriesPoint[] = []
    for (const block of this.chains.get(keyOf(name))?.blocks ?? []) {
      if (block.start + BLOCK_MS <= from || block.start >= to) continue
      for (let at = 0; at < block.length; ) {
        const { point, end } = decode(block, at)
        const t = point[0] as number
        if (t >= from && t < to) points.push(point)
        at = end
      }
    }
    return points
  }

  /** The earliest second there is a record of; undefined before the first. */
  oldest(): number | undefined {
    const whole = { pool: '', backend: '' }
    const start = this.chains.get(keyOf(whole))?.blocks[0]?.start
    return start === undefined ? undefined : (this.points(whole, start, start + BLOCK_MS)[0]?.[0] ?? undefined)
  }

  /** End of the newest second there is a record of, epoch milliseconds; undefined before the first. */
  end(): number | undefined {
    return Number.isFinite(this.newest) ? this.newest + SECOND : undefined
  }

  /** Names with at least one record. */
  names(): SeriesName[] {
    return [...this.chains.values()].map(({ pool, backend }) => ({ pool, backend }))
  }

  /** Bytes the records take. */
  bytes(): number {
    let bytes = 0
    for (const chain of this.chains.values()) for (const block of chain.blocks) bytes += block.data.length
    return bytes
  }

  private append(t: number, counts: Counts): void {
    if (isIdle(counts) && counts.pool !== '') return
    const key = keyOf(counts)
    const chain = this.chains.get(key) ?? { pool: counts.pool, backend: counts.backend, blocks: [] }
    this.chains.set(key, chain)
    let block = chain.blocks.at(-1)
    if (block?.start !== blockStart(t)) {
      if (block) block.data = block.data.slice(0, block.length)
      block = { start: blockStart(t), data: new Uint8Array(64), length: 0 }
      chain.blocks.push(block)
    }
    encode(block, t, counts)
  }

  private forgetBefore(t: number): void {
    for (const [key, chain] of this.chains) {
      chain.blocks = chain.blocks.filter((block) => block.start + BLOCK_MS > t)
      if (chain.blocks.length === 0) this.chains.delete(key)
    }
  }

  /** The clock was set back: what lies ahead of it now goes, up to a minute more. */
  private forgetFrom(t: number): void {
    for (const [key, chain] of this.chains) {
      chain.blocks = chain.blocks.filter((block) => block.start + BLOCK_MS <= t)
      if (chain.blocks.length === 0) this.chains.delete(key)
    }
  }
}

function blockStart(t: number): number {
  return Math.floor(t / BLOCK_MS) * BLOCK_MS
}

/** Record: second of the minute, two bytes of mask (which numbers are not zero), those numbers, buckets of the percentiles. */
function encode(block: Block, t: number, counts: Counts): void {
  if (block.length + LONGEST > block.data.length) {
    const larger = new Uint8Array(block.data.length * 2 + LONGEST)
    larger.set(block.data.subarray(0, block.length))
    block.data = larger
  }
  const { data } = block
  let at = block.length
  data[at++] = (t - block.start) / SECOND
  const maskAt = at
  at += 2
  let mask = 0
  for (let index = 0; index <= SUMS; index++) {
    let rest = Math.round(index < SUMS ? (counts.sums[index] as number) : counts.inFlight)
    if (rest <= 0) continue
    mask |= 1 << index
    for (; rest >= 128; rest = Math.floor(rest / 128)) data[at++] = (rest % 128) | 128
    data[at++] = rest
  }
  if (counts.histogram !== null) {
    mask |= HAS_LATENCY
    for (const bucket of percentileBuckets(counts.histogram)) data[at++] = bucket
  }
  data[maskAt] = mask & 255
  data[maskAt + 1] = mask >> 8
  block.length = at
}

function decode({ start, data }: Block, from: number): { point: SeriesPoint; end: number } {
  let at = from
  const point: SeriesPoint = [start + (data[at++] as number) * SECOND]
  const mask = (data[at++] as number) | ((data[at++] as number) << 8)
  for (let index = 0; index <= SUMS; index++) {
    let value = 0
    if (mask & (1 << index)) {
      let scale = 1
      for (; (data[at] as number) >= 128; scale *= 128) value += ((data[at++] as number) & 127) * scale
      value += (data[at++] as number) * scale
    }
    point.push(value)
  }
  for (let share = 0; share < 3; share++) point.push(mask & HAS_LATENCY ? bucketValue(data[at++] as number) : null)
  point.push(1)
  return { point, end: at }
}
