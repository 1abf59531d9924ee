/** Availability of a backend: ● healthy, ◐ slow start, ▲ unhealthy, ✕ ejected, ⇣ draining, ⏸ disabled, ? unknown. */
import type { Availability } from '../../shared/api/live.ts'
import { formatShare } from '../lib/format.ts'
import { Mark, MarkIcon, type Shape, type Tone } from './MarkIcon.tsx'

const looks: Record<Availability, { shape: Shape; tone: Tone }> = {
  healthy: { shape: 'dot', tone: 'good' },
  unhealthy: { shape: 'triangle', tone: 'bad' },
  ejected: { shape: 'cross', tone: 'warn' },
  draining: { shape: 'arrow', tone: 'info' },
  disabled: { shape: 'pause', tone: 'idle' },
  unknown: { shape: 'question', tone: 'idle' },
}

export interface AvailabilityMarkProps {
  availability: Availability
  /** Share that slow start lets through, 0 to 1; below 1 a healthy backend shows ◐. */
  slowStart?: number
  /** The pool has no health check: "not checked" instead of "healthy". */
  unchecked?: boolean
  /** Only the shape, with the word as its title. */
  iconOnly?: boolean
}

export function AvailabilityMark({ availability, slowStart = 1, unchecked, iconOnly }: AvailabilityMarkProps) {
  const starting = availability === 'healthy' && slowStart < 1
  const { shape, tone } = starting ? ({ shape: 'half', tone: 'info' } as const) : looks[availability]
  const word = starting
    ? `slow start ${formatShare(slowStart)}`
    : availability === 'healthy' && unchecked
      ? 'not checked'
      : availability
  if (iconOnly) return <MarkIcon shape={shape} tone={tone} title={word} />
  return (
    <Mark shape={shape} tone={tone}>
      {word}
    </Mark>
  )
}
