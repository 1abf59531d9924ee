/** What happened, beside what the traffic did: events as marks on the time axis, those close together as one. Pure. */
import type { EventRecord } from '../../../shared/api/records.ts'
import { clockTime } from '../../lib/format.ts'

export type MarkKind = 'revision' | 'trouble' | 'recovery'

export interface Mark {
  /** Epoch milliseconds. */
  t: number
  kind: MarkKind
  /** "14:02:11 r11 admin: app: strategy → power of two". */
  label: string
}

export interface MarkCluster {
  /** Place on the axis, 0 to 1. */
  at: number
  /** Time of its first mark. */
  t: number
  /** The most important of its marks. */
  kind: MarkKind
  /** Newest last. */
  marks: Mark[]
}

/** Kinds of events that explain a curve. */
const MARKED = new Set(['revision', 'ejection', 'availability', 'failing-open', 'drain'])

/** Events worth a mark, oldest first. */
export function marksOf(events: readonly EventRecord[], now = Date.now()): Mark[] {
  return events
    .filter((event) => MARKED.has(event.kind))
    .map((event) => ({ t: event.at, kind: kindOf(event), label: labelOf(event, now) }))
    .sort((a, b) => a.t - b.t)
}

function kindOf({ kind, severity }: EventRecord): MarkKind {
  if (severity !== 'info') return 'trouble'
  return kind === 'revision' ? 'revision' : 'recovery'
}

function labelOf({ at, kind, message, revision, actor }: EventRecord, now: number): string {
  const time = clockTime(at, now)
  if (kind !== 'revision' || revision === undefined) return `${time} ${message}`
  const what = message.replace(`revision ${revision}: `, '')
  return `${time} r${revision}${actor === undefined ? '' : ` ${actor}`}: ${what}`
}

const WEIGHT: Record<MarkKind, number> = { revision: 2, trouble: 1, recovery: 0 }

/** Marks on an axis of `width` pixels, those nearer than `apart` pixels to the first of a cluster in one. */
export function clusterMarks(
  marks: readonly Mark[],
  { from, to, width, apart = 34 }: { from: number; to: number; width: number; apart?: number },
): MarkCluster[] {
  const clusters: MarkCluster[] = []
  if (!(to > from) || width <= 0) return clusters
  for (const mark of marks) {
    if (mark.t < from || mark.t > to) continue
    const at = (mark.t - from) / (to - from)
    const last = clusters.at(-1)
    if (last !== undefined && (at - last.at) * width < apart) {
      last.marks.push(mark)
      if (WEIGHT[mark.kind] > WEIGHT[last.kind]) last.kind = mark.kind
    } else clusters.push({ at, t: mark.t, kind: mark.kind, marks: [mark] })
  }
  return clusters
}
