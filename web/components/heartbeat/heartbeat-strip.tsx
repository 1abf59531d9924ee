/** The last sixty probes as bars that can be read from across a room; each can be opened. A failed one differs by shape, not only colour. */
import { Popover } from '@mantine/core'
import { type KeyboardEvent, useState } from 'react'
import type { ProbeResult } from '../../../shared/api/live.ts'
import { clockTime, millis } from '../../lib/format.ts'

const SLOTS = 60
const WIDTH = 300
const HEIGHT = 26

export interface HeartbeatStripProps {
  /** Newest last. */
  probes: readonly ProbeResult[]
  /** Whose they are. */
  label: string
  /** Cannot be opened: for overviews with many. */
  compact?: boolean
  height?: number
}

/** Height of a passed bar: taller is quicker. 1 ms is full, a second is half. */
function barHeight(tookMs: number): number {
  return HEIGHT * Math.max(0.45, 1 - Math.log10(Math.max(1, tookMs)) / 6)
}

function Bars({ probes, selected }: { probes: readonly ProbeResult[]; selected?: number | undefined }) {
  const step = WIDTH / SLOTS
  const start = SLOTS - probes.length
  return (
    <>
      {Array.from({ length: start }, (_, index) => (
        <rect
          key={index}
          x={index * step + 1}
          y={HEIGHT - 4}
          width={step - 2}
          height={3}
          rx={1}
          fill="var(--ek-track)"
        />
      ))}
      {probes.map((probe, index) => {
        // The place is the key: bars move on by changing, and however often one probe came, there are sixty.
        const slot = start + index
        const x = slot * step + 1
        const chosen = selected === index
        if (probe.passed) {
          const height = barHeight(probe.tookMs)
          return (
            <rect
              key={slot}
              x={x}
              y={HEIGHT - height}
              width={step - 2}
              height={height}
              rx={1.2}
              fill="#009E73"
              opacity={chosen ? 1 : 0.85}
              stroke={chosen ? 'var(--ek-text)' : 'none'}
            />
          )
        }
        return (
          <g key={slot}>
            <rect
              x={x}
              y={HEIGHT / 2}
              width={step - 2}
              height={HEIGHT / 2}
              rx={0}
              fill="#D55E00"
              stroke={chosen ? 'var(--ek-text)' : 'none'}
            />
            <circle cx={x + (step - 2) / 2} cy={4} r={1.9} fill="#D55E00" />
          </g>
        )
      })}
    </>
  )
}

/** In words, for those who do not see it. */
export function describeProbes(probes: readonly ProbeResult[], label: string): string {
  if (probes.length === 0) return `${label}: not probed yet`
  const failed = probes.filter((probe) => !probe.passed).length
  const last = probes.at(-1)
  return `${label}: ${probes.length - failed} of the last ${probes.length} probes passed; the last one ${last?.passed ? 'passed' : 'failed'}: ${last?.detail}`
}

export function HeartbeatStrip({ probes, label, compact = false, height = HEIGHT }: HeartbeatStripProps) {
  const shown = probes.slice(-SLOTS)
  const [at, setAt] = useState<number>()
  const words = describeProbes(shown, label)
  const svg = (
    <svg
      width="100%"
      height={height}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      style={{ display: 'block' }}
      role="img"
      aria-label={words}
    >
      <title>{label}</title>
      <Bars probes={shown} selected={at} />
    </svg>
  )
  if (compact || shown.length === 0) return compact ? svg : <div>{svg}</div>
  const probe = at === undefined ? undefined : shown[at]
  const move = (event: KeyboardEvent) => {
    const last = shown.length - 1
    if (event.key === 'ArrowLeft') setAt(Math.max(0, (at ?? last + 1) - 1))
    else if (event.key === 'ArrowRight') setAt(Math.min(last, (at ?? -1) + 1))
    else if (event.key === 'Escape') setAt(undefined)
  }
  return (
    <Popover opened={probe !== undefined} onChange={(open) => !open && setAt(undefined)} position="top" withArrow>
      <Popover.Target>
        <button
          type="button"
          aria-label={`${words}. Arrow keys show single probes.`}
          style={{ all: 'unset', display: 'block', width: '100%', cursor: 'pointer' }}
          className="ek-strip"
          onKeyDown={move}
          onBlur={() => setAt(undefined)}
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect()
            const index = Math.floor(((event.clientX - box.left) / box.width) * SLOTS) - (SLOTS - shown.length)
            setAt(event.detail === 0 ? shown.length - 1 : Math.min(shown.length - 1, Math.max(0, index)))
          }}
        >
          {svg}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        {probe !== undefined && (
          <div style={{ fontSize: 12, maxWidth: 260 }} role="status">
            <strong className={probe.passed ? 'ek-good' : 'ek-bad'}>{probe.passed ? '✓ Passed' : '✕ Failed'}</strong> ·{' '}
            {clockTime(probe.at)} · {millis(probe.tookMs)}
            <div>{probe.detail}</div>
            {probe.bodyStart !== undefined && probe.bodyStart !== '' && (
              <div className="mono ek-dim" style={{ overflowWrap: 'anywhere' }}>
                {probe.bodyStart}
              </div>
            )}
          </div>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
