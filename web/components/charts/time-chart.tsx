/** One chart over time, stacked areas or lines, on a shared time axis: hover moves the cursor of all, dragging zooms all. */
import { useElementSize } from '@mantine/hooks'
import { memo, useMemo, useState } from 'react'
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import { millis, rate } from '../../lib/format.ts'
import { timeTicks, type Unit, valueAxis } from './axis.ts'
import { ChartFrame, type ChartFrameProps, type Column, type Row } from './chart-frame.tsx'
import { ChartCursor, ChartTip } from './chart-parts.tsx'
import { type Gap, gapWords } from './gaps.ts'
import { clusterMarks, type Mark, type MarkCluster } from './marks.ts'
import { MarksStrip } from './marks-strip.tsx'
import { largest, lonely } from './rows.ts'

export interface TimeRange {
  /** Epoch milliseconds. */
  from: number
  to: number
}

export interface TimeChartProps extends Pick<ChartFrameProps, 'failure' | 'notice' | 'loading'> {
  title: string
  columns: readonly Column[]
  rows: readonly Row[]
  /** What the axis spans, data or not. */
  range: TimeRange
  unit: Unit
  stacked?: boolean
  height?: number
  /** Where nothing is recorded, and why. */
  gaps?: readonly Gap[]
  marks?: readonly Mark[]
  /** The newest part may be missing: its ground is hatched. */
  stale?: boolean
  /** Called with a range that was dragged, epoch milliseconds. */
  onZoom?: (from: number, to: number) => void
}

const LEFT = 58
const RIGHT = 10
const AXIS = 26
/** Room for the marks between plot and times. */
const MARKS = 16
/** Room that one time takes, pixels. */
const TIME_WIDTH = 84
const WORDS_WIDTH = 130
const formats = { rate: (value: number) => `${rate(value)}/s`, millis }
const none: readonly never[] = []

/** A dot where a value has no neighbours to be joined with. */
function dotOf(alone: ReadonlySet<number>, color: string | undefined) {
  if (alone.size === 0) return false
  return ({ cx, cy, index }: { cx?: number; cy?: number; index?: number }) =>
    index !== undefined && alone.has(index) && cx !== undefined && cy !== undefined ? (
      <circle key={index} className="ek-lone-dot" cx={cx} cy={cy} r={2.5} fill={color} />
    ) : (
      <g key={index} />
    )
}

export const TimeChart = memo(function TimeChart(props: TimeChartProps) {
  const { title, columns, rows, range, unit, stacked = false, height = 210, stale = false, onZoom } = props
  const { gaps = none, marks = none, failure, notice, loading } = props
  const { from, to } = range
  const format = formats[unit]
  const { ref, width } = useElementSize<HTMLElement>()
  const [drag, setDrag] = useState<{ from: number; to: number }>()
  const [looked, setLooked] = useState<MarkCluster>()
  const plot = Math.max(0, width - LEFT - RIGHT)
  const clusters = useMemo(() => clusterMarks(marks, { from, to, width: plot }), [marks, from, to, plot])
  const y = useMemo(() => valueAxis(largest(rows, columns, stacked), unit), [rows, columns, stacked, unit])
  const x = useMemo(() => timeTicks(from, to, Math.floor(plot / TIME_WIDTH)), [from, to, plot])
  const dots = useMemo(
    () => new Map(columns.map(({ key, color }) => [key, dotOf(lonely(rows, key), color)])),
    [rows, columns],
  )
  const below = clusters.length > 0 ? MARKS : 0
  const finish = () => {
    if (drag !== undefined && Math.abs(drag.to - drag.from) > 2000)
      onZoom?.(Math.min(drag.from, drag.to), Math.max(drag.from, drag.to))
    setDrag(undefined)
  }
  return (
    <ChartFrame
      title={title}
      columns={columns}
      rows={rows}
      format={format}
      failure={failure}
      notice={notice}
      loading={loading}
      empty={rows.length === 0}
      height={height}
      marks={marks}
    >
      <figure
        ref={ref}
        className="ek-chart"
        style={{ height }}
        aria-label={`${title}, chart; the same numbers are in the table view`}
      >
        <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 480, height }}>
          <ComposedChart
            data={rows as Row[]}
            syncId="time"
            syncMethod="value"
            margin={{ top: 8, right: RIGHT, bottom: 0, left: 0 }}
            accessibilityLayer={false}
            onMouseDown={(state) =>
              onZoom &&
              state.activeLabel !== undefined &&
              setDrag({ from: Number(state.activeLabel), to: Number(state.activeLabel) })
            }
            onMouseMove={(state) =>
              drag && state.activeLabel !== undefined && setDrag({ ...drag, to: Number(state.activeLabel) })
            }
            onMouseUp={finish}
            onMouseLeave={() => setDrag(undefined)}
          >
            <defs>
              <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width="1.5" height="6" fill="var(--ek-dim)" opacity="0.28" />
              </pattern>
            </defs>
            <CartesianGrid vertical={false} stroke="var(--ek-line)" />
            {gaps.map((gap) => (
              <ReferenceArea
                key={gap.from}
                className={`ek-gap-${gap.kind}`}
                x1={Math.max(from, gap.from)}
                x2={Math.min(to, gap.to)}
                fill="url(#hatch)"
                label={
                  ((Math.min(to, gap.to) - Math.max(from, gap.from)) / (to - from)) * plot > WORDS_WIDTH
                    ? { value: gapWords[gap.kind], fontSize: 11, fill: 'var(--ek-dim)' }
                    : undefined
                }
              />
            ))}
            <XAxis
              dataKey="t"
              type="number"
              scale="time"
              domain={[from, to]}
              allowDataOverflow
              ticks={x.ticks}
              interval={0}
              tickFormatter={x.label}
              tick={{ fontSize: 11, fill: 'var(--ek-dim)' }}
              tickMargin={4 + below}
              height={AXIS + below}
              stroke="var(--ek-line)"
            />
            <YAxis
              tickFormatter={y.label}
              ticks={y.ticks}
              domain={[0, y.top]}
              interval={0}
              tick={{ fontSize: 11, fill: 'var(--ek-dim)' }}
              stroke="var(--ek-line)"
              width={LEFT}
              axisLine={false}
              tickLine={false}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={<ChartCursor />}
              content={<ChartTip columns={columns} format={format} />}
            />
            {columns.map((column) =>
              stacked ? (
                <Area
                  key={column.key}
                  dataKey={column.key}
                  stackId="1"
                  type="linear"
                  stroke="none"
                  fill={column.color}
                  fillOpacity={0.8}
                  dot={dots.get(column.key) ?? false}
                  activeDot={{ r: 3 }}
                  isAnimationActive={false}
                  connectNulls={false}
                />
              ) : (
                <Line
                  key={column.key}
                  dataKey={column.key}
                  type="linear"
                  stroke={column.color}
                  strokeDasharray={column.dash}
                  strokeWidth={1.75}
                  dot={dots.get(column.key) ?? false}
                  activeDot={{ r: 3 }}
                  isAnimationActive={false}
                  connectNulls={false}
                />
              ),
            )}
            {clusters.map((cluster) => (
              <ReferenceLine
                key={cluster.t}
                x={cluster.t}
                stroke={cluster === looked ? 'var(--ek-text)' : 'var(--ek-dim)'}
                strokeOpacity={cluster === looked ? 1 : 0.3}
                strokeDasharray="2 4"
              />
            ))}
            {stale && <ReferenceArea x1={to - (to - from) * 0.04} x2={to} fill="url(#hatch)" />}
            {drag !== undefined && (
              <ReferenceArea x1={drag.from} x2={drag.to} fill="var(--ek-accent)" fillOpacity={0.15} />
            )}
          </ComposedChart>
        </ResponsiveContainer>
        <MarksStrip clusters={clusters} left={LEFT} right={RIGHT} bottom={AXIS} onLook={setLooked} />
      </figure>
    </ChartFrame>
  )
})
