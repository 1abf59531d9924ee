/** A few minutes as a small line. Own SVG: many are on screen and move every second. */

export interface SparklineProps {
  /** Null is a gap. */
  values: readonly (number | null)[]
  color: string
  width?: number
  height?: number
  /** What it shows, for those who do not see it. */
  label: string
}

/** Path through the values, broken at gaps; y from 0. */
export function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  const top = Math.max(1e-9, ...values.map((value) => value ?? 0))
  const step = values.length > 1 ? width / (values.length - 1) : 0
  let path = ''
  let open = false
  values.forEach((value, index) => {
    if (value === null) {
      open = false
      return
    }
    path += `${open ? 'L' : 'M'}${(index * step).toFixed(1)} ${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`
    open = true
  })
  return path
}

export function Sparkline({ values, color, width = 120, height = 28, label }: SparklineProps) {
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
        d={sparkPath(values, width, height)}
        fill="none"
        stroke={color}
        strokeWidth={1.5}
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}
