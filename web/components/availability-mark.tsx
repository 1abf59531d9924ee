/** What is true of a backend, by icon, shape and word: never by colour alone. */
import { Text } from '@mantine/core'
import {
  IconAlertTriangleFilled,
  IconCircleFilled,
  IconCircleHalf2,
  IconHelpCircle,
  IconPlayerPauseFilled,
  IconSquareRoundedXFilled,
  IconTransferOut,
} from '@tabler/icons-react'
import type { Availability } from '../../shared/api/live.ts'

const marks = {
  healthy: { icon: IconCircleFilled, word: 'Healthy', tone: 'good' },
  unhealthy: { icon: IconAlertTriangleFilled, word: 'Unhealthy', tone: 'bad' },
  ejected: { icon: IconSquareRoundedXFilled, word: 'Ejected', tone: 'bad' },
  draining: { icon: IconTransferOut, word: 'Draining', tone: 'warn' },
  disabled: { icon: IconPlayerPauseFilled, word: 'Disabled', tone: 'dim' },
  unknown: { icon: IconHelpCircle, word: 'Unknown', tone: 'dim' },
} as const

export interface AvailabilityMarkProps {
  availability: Availability
  /** Share of the weight that slow start lets through; below 1 the mark says so. */
  slowStart?: number
  /** Only the icon, with the word for screen readers. */
  iconOnly?: boolean
  size?: number
}

export function AvailabilityMark({ availability, slowStart = 1, iconOnly = false, size = 14 }: AvailabilityMarkProps) {
  const starting = availability === 'healthy' && slowStart < 1
  const mark = marks[availability]
  const Icon = starting ? IconCircleHalf2 : mark.icon
  const word = starting ? `Slow start ${Math.round(slowStart * 100)} %` : mark.word
  return (
    <span className="ek-mark" data-tone={mark.tone} title={iconOnly ? word : undefined}>
      <Icon size={availability === 'healthy' && !starting ? size - 4 : size} aria-hidden />
      {iconOnly ? (
        <span className="ek-hidden">{word}</span>
      ) : (
        <Text component="span" size="sm" fw={500} inherit={false}>
          {word}
        </Text>
      )}
    </span>
  )
}
