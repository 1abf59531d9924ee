/** Condition of a pool: ● healthy, ▲ degraded, ✕ down, a dashed ring when it is empty. */
import type { PoolStatus } from '../../shared/api/live.ts'
import { Mark, MarkIcon, type Shape, type Tone } from './MarkIcon.tsx'

const looks: Record<PoolStatus['condition'], { shape: Shape; tone: Tone }> = {
  healthy: { shape: 'dot', tone: 'good' },
  degraded: { shape: 'triangle', tone: 'warn' },
  down: { shape: 'cross', tone: 'bad' },
  empty: { shape: 'ring', tone: 'idle' },
}

export function ConditionMark({ condition, iconOnly }: { condition: PoolStatus['condition']; iconOnly?: boolean }) {
  const look = looks[condition]
  if (iconOnly) return <MarkIcon {...look} title={condition} />
  return <Mark {...look}>{condition}</Mark>
}
