/** Where boxes, bands and stubs of the traffic map stand, and what each of them carries. Pure. */
import type { Flow as Counted, Status } from '../../../shared/api/live.ts'
import { rate } from '../../lib/format.ts'

export const ROW = 34
/** Room below a box for what ends there. */
export const STUB = 20
const GAP = 12
const MOST_BACKENDS = 40

export interface Box {
  key: string
  label: string
  detail: string
  column: 0 | 1 | 2
  y: number
  tone: 'good' | 'bad' | 'dim'
}

/** What goes from one box to the next. */
export interface Band {
  from: Box
  to: Box
  /** Null: not known. */
  perSecond: number | null
  /** Share that failed, 0 to 1. */
  failed: number
}

/** What ends at a box: no route, or no backend that takes it. */
export interface Stub {
  at: Box
  perSecond: number
  words: string
}

export interface FlowPicture {
  boxes: Box[]
  bands: Band[]
  stubs: Stub[]
  height: number
}

/** A route, as far as it says where traffic goes. */
export interface Way {
  id: string
  listener: string
  pool: string
}

/** `12/s`, or a question mark where nothing is known. */
export const perSecondWords = (perSecond: number | null): string => (perSecond === null ? '?' : `${rate(perSecond)}/s`)

const sum = (flows: readonly Counted[], of: 'requests' | 'failed') => flows.reduce((all, flow) => all + flow[of], 0)

function bandOf(from: Box, to: Box, flows: readonly Counted[], seconds: number): Band {
  const requests = sum(flows, 'requests')
  const failed = requests === 0 ? 0 : Math.min(1, sum(flows, 'failed') / requests)
  return { from, to, perSecond: seconds === 0 ? null : requests / seconds, failed }
}

type PoolStatus = Status['pools'][number]

function backendBox(pool: PoolStatus, backend: PoolStatus['backends'][number], y: number): Box {
  const { availability, recent, leftOut } = backend
  const bad = availability === 'unhealthy' || availability === 'ejected'
  return {
    key: `b/${pool.id}/${backend.id}`,
    label: backend.id,
    detail: perSecondWords(recent.requestsPerSecond),
    column: 2,
    y,
    tone: bad ? 'bad' : leftOut === null ? 'good' : 'dim',
  }
}

interface PlacedPool {
  box: Box
  bands: Band[]
  more: Box | undefined
  stub: Stub | undefined
  /** Where the next one may begin. */
  end: number
}

function placePool(pool: PoolStatus, { unserved, seconds }: Status['flows'], top: number): PlacedPool {
  const lost = unserved.find((entry) => entry.pool === pool.id)
  const shown = pool.backends.slice(0, MOST_BACKENDS)
  const hidden = pool.backends.length - shown.length
  const rows = Math.max(1, shown.length + (hidden > 0 ? 1 : 0))
  const height = Math.max(rows * ROW, ROW + (lost === undefined ? 0 : STUB))
  const { severity } = pool.health
  const box: Box = {
    key: `p/${pool.id}`,
    label: pool.id,
    detail: pool.strategy,
    column: 1,
    y: top + (rows * ROW - ROW) / 2,
    tone: severity === 'error' ? 'bad' : pool.condition === 'empty' ? 'dim' : 'good',
  }
  const bands = shown.map((backend, index): Band => {
    const to = backendBox(pool, backend, top + index * ROW)
    const { requestsPerSecond: perSecond, requests, failed } = backend.recent
    return { from: box, to, perSecond, failed: requests === 0 ? 0 : Math.min(1, failed / requests) }
  })
  const more: Box | undefined =
    hidden > 0
      ? {
          key: `m/${pool.id}`,
          label: `+ ${hidden} more`,
          detail: '',
          column: 2,
          y: top + shown.length * ROW,
          tone: 'dim',
        }
      : undefined
  const stub =
    lost === undefined || seconds === 0
      ? undefined
      : { at: box, perSecond: lost.requests / seconds, words: 'refused: no backend' }
  return { box, bands, more, stub, end: top + height + GAP }
}

/** Puts boxes of a column below each other, each as near to its wish as the others let it. */
export function settle(wishes: readonly { wish: number; height: number }[]): number[] {
  let free = 0
  const placed = wishes.map(({ wish, height }) => {
    const y = Math.max(wish, free)
    free = y + height
    return y
  })
  const mean = (values: readonly number[]) => values.reduce((all, value) => all + value, 0) / Math.max(1, values.length)
  // All of them may have been pushed down by the first: half of that is given back, above the first as far as there is room.
  const shift = Math.min(placed[0] ?? 0, mean(placed) - mean(wishes.map(({ wish }) => wish)))
  return placed.map((y) => y - Math.max(0, shift))
}

/** The picture of a status; `ways` are the routes of the configuration. */
export function layOut(status: Status, ways: readonly Way[]): FlowPicture {
  const { flows } = status
  const pools = new Map<string, PlacedPool>()
  let top = 0
  for (const pool of status.pools) {
    const placed = placePool(pool, flows, top)
    pools.set(pool.id, placed)
    top = placed.end
  }
  const targetsOf = (listener: string) =>
    [...new Set(ways.filter((way) => way.listener === listener).map(({ pool }) => pool))].flatMap(
      (pool) => pools.get(pool) ?? [],
    )
  const unrouted = (listener: string) => flows.unrouted.find((entry) => entry.listener === listener)
  const wishes = status.listeners.map(({ id }, index) => {
    const targets = targetsOf(id)
    const middle = targets.reduce((all, { box }) => all + box.y, 0) / Math.max(1, targets.length)
    const wish = targets.length === 0 ? index * ROW : middle
    return { id, wish, height: ROW + (unrouted(id) === undefined ? 4 : STUB) }
  })
  const inOrder = wishes.toSorted((a, b) => a.wish - b.wish)
  const ys = settle(inOrder)
  const yOf = new Map(inOrder.map(({ id }, index) => [id, ys[index] ?? 0]))
  const stubs = [...pools.values()].flatMap(({ stub }) => stub ?? [])
  const bands: Band[] = []
  const listeners = status.listeners.map((listener): Box => {
    const box: Box = {
      key: `l/${listener.id}`,
      label: listener.id,
      detail: listener.address,
      column: 0,
      y: yOf.get(listener.id) ?? 0,
      tone: listener.condition === 'failed' ? 'bad' : 'good',
    }
    for (const { box: to } of targetsOf(listener.id)) {
      const routes = ways.filter((way) => way.listener === listener.id && way.pool === to.label).map(({ id }) => id)
      const came = flows.routes.filter((flow) => flow.listener === listener.id && routes.includes(flow.route))
      bands.push(bandOf(box, to, came, flows.seconds))
    }
    const astray = unrouted(listener.id)
    if (astray !== undefined && flows.seconds > 0)
      stubs.push({ at: box, perSecond: astray.requests / flows.seconds, words: 'no route' })
    return box
  })
  bands.push(...[...pools.values()].flatMap((placed) => placed.bands))
  const boxes = [
    ...listeners,
    ...[...pools.values()].flatMap(({ box, bands: own, more }) => [
      box,
      ...own.map(({ to }) => to),
      ...(more ? [more] : []),
    ]),
  ]
  const bottom = Math.max(0, ...boxes.map(({ y }) => y + ROW), ...stubs.map(({ at }) => at.y + ROW + STUB))
  return { boxes, bands, stubs, height: Math.max(ROW, bottom) }
}

/** The picture in words, for those who do not see it. */
export function flowWords({ bands, stubs }: FlowPicture): string {
  const failing = ({ failed }: Band) => (failed > 0 ? `, ${Math.round(failed * 100)} percent of it failing` : '')
  const amount = (perSecond: number | null) => (perSecond === null ? 'not known' : `${rate(perSecond)} per second`)
  return [
    ...bands.map((band) => `${band.from.label} to ${band.to.label}: ${amount(band.perSecond)}${failing(band)}`),
    ...stubs.map(({ at, perSecond, words }) => `${at.label}: ${amount(perSecond)} ${words}`),
  ].join('; ')
}
