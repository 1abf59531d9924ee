/** A few minutes as a small line. Own SVG: many are on screen. */
import { memo } from 'react'

export interface SparkPoint {
  /** Epoch milliseconds. */
  t: number
  /** Null: nothing to tell. */
  value: number | null
}

export interface SparklineProps {
  /** Ascending by time. */
  points: readonly SparkPoint[]
  /** Time from the left edge to the right one, epoch milliseconds. */
  from: number
  to: number
  /** Points further apart than this are not joined: between them is a gap. */
  step: number
  color: string
  width?: number
  height?: number
  /** What it shows, for those who do not see it. */
  label: string
}

/** Path through the points at their place in time, broken at gaps; y from 0. A point without neighbours is a dot. */
export function sparkPath(
  points: readonly SparkPoint[],
  { from, to, step }: { from: number; to: number; step: number },
  width: number,
  height: number,
): string {
  const shown = points.filter(({ t }) => t >= from && t <= to)
  const top = Math.max(1e-9, ...shown.map(({ value }) => value ?? 0))
  let path = ''
  let before = Number.NEGATIVE_INFINITY
  let alone = false
  const end = () => {
    if (alone) path += 'h0.01'
    alone = false
  }
  for (const { t, value } of shown) {
    if (value === null) continue
    const joined = t - before <= step * 1.5
    if (!joined) end()
    const x = ((t - from) / Math.max(1, to - from)) * width
    path += `${joined ? 'L' : 'M'}${x.toFixed(1)} ${(height - 1.5 - (value / top) * (height - 3)).toFixed(1)}`
    alone = !joined
    before = t
  }
  end()
  return path
}

export const Sparkline = memo(function Sparkline(props: SparklineProps) {
  const { points, color, width = 120, height = 28, label } = props
  return (
    <svg
      role="img"
      aria-label={label}
      width="100%"
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
    >
      <path
        d={sparkPath(points, props, width, height)}
        fill="none"
        stroke={color}
        strokeWidth={1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
})
