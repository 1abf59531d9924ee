/** Marks of what happened on a chart's time axis: icons with their words on hover, focus and touch. One tab stop; arrows move along. */
import { Tooltip } from '@mantine/core'
import { IconAdjustments, IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { type KeyboardEvent, memo, useState } from 'react'
import type { MarkCluster, MarkKind } from './marks.ts'

const ICONS = { revision: IconAdjustments, trouble: IconAlertTriangle, recovery: IconCheck }
const TONES: Record<MarkKind, string> = { revision: 'accent', trouble: 'bad', recovery: 'dim' }
/** Lines of one tooltip; a thousand would leave the screen. */
const MOST_LINES = 8

function linesOf({ marks }: MarkCluster): string[] {
  const lines = marks.slice(-MOST_LINES).map((mark) => mark.label)
  return marks.length > MOST_LINES ? [`${marks.length - MOST_LINES} earlier, and:`, ...lines] : lines
}

const amount = ({ marks }: MarkCluster) => (marks.length > 99 ? '99+' : String(marks.length))

export interface MarksStripProps {
  clusters: readonly MarkCluster[]
  /** Pixels from the chart's edges to its plot. */
  left: number
  right: number
  bottom: number
  /** Called with the cluster that is looked at; undefined when none is. */
  onLook(cluster: MarkCluster | undefined): void
}

export const MarksStrip = memo(function MarksStrip({ clusters, left, right, bottom, onLook }: MarksStripProps) {
  const [current, setCurrent] = useState(0)
  const stop = Math.min(current, clusters.length - 1)
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = stop + by
    if (by === 0 || next < 0 || next >= clusters.length) return
    event.preventDefault()
    setCurrent(next)
    event.currentTarget.querySelectorAll('button')[next]?.focus()
  }
  if (clusters.length === 0) return null
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys of the buttons inside bubble up to here
    <div className="ek-marks" style={{ left, right, bottom }} onKeyDown={move}>
      {clusters.map((cluster, index) => {
        const Icon = ICONS[cluster.kind]
        const lines = linesOf(cluster)
        return (
          <Tooltip
            key={cluster.t}
            multiline
            maw={360}
            withArrow
            position="top"
            withinPortal={false}
            zIndex={5}
            events={{ hover: true, focus: true, touch: true }}
            label={lines.map((line, at) => <div key={`${at} ${line}`}>{line}</div>)}
          >
            <button
              type="button"
              className="ek-mark-button"
              data-tone={TONES[cluster.kind]}
              style={{ left: `${cluster.at * 100}%` }}
              tabIndex={index === stop ? 0 : -1}
              aria-label={cluster.marks.length > 1 ? `${amount(cluster)}: ${lines.join('; ')}` : lines.join('; ')}
              onFocus={() => {
                setCurrent(index)
                onLook(cluster)
              }}
              onBlur={() => onLook(undefined)}
              onMouseEnter={() => onLook(cluster)}
              onMouseLeave={() => onLook(undefined)}
            >
              <Icon size={12} stroke={2.2} aria-hidden />
              {cluster.marks.length > 1 && <span>{amount(cluster)}</span>}
            </button>
          </Tooltip>
        )
      })}
    </div>
  )
})
