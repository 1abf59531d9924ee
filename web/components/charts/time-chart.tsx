/** One chart over time, stacked areas or lines, on a shared time axis: hover moves the cursor of all, dragging zooms all. */
import { useReducedMotion } from '@mantine/hooks'
import { useState } from 'react'
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from 'recharts'
import { clockTime } from '../../lib/format.ts'
import { ChartFrame, type Column, type Row } from './chart-frame.tsx'

export interface Annotation {
  t: number
  label: string
}

export interface TimeChartProps {
  title: string
  columns: readonly Column[]
  rows: readonly Row[]
  format: (value: number) => string
  stacked?: boolean
  height?: number
  annotations?: readonly Annotation[]
  /** The newest part may be missing: its ground is hatched. */
  stale?: boolean
  /** Called with a range that was dragged, epoch milliseconds. */
  onZoom?: (from: number, to: number) => void
}

function Tip({
  active,
  payload,
  label,
  columns,
  format,
}: Partial<TooltipContentProps> & Pick<TimeChartProps, 'columns' | 'format'>) {
  if (!active || !payload?.length) return null
  const values = columns
    .map((column) => ({
      column,
      value: payload.find((entry) => entry.dataKey === column.key)?.value as number | null | undefined,
    }))
    .filter((entry) => typeof entry.value === 'number')
    .sort((a, b) => (b.value as number) - (a.value as number))
  return (
    <div
      style={{
        background: 'var(--ek-panel)',
        border: '1px solid var(--ek-line)',
        borderRadius: 6,
        padding: '8px 10px',
        fontSize: 12,
      }}
    >
      <div className="ek-dim">{clockTime(Number(label))}</div>
      {values.map(({ column, value }) => (
        <div key={column.key} style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
          <span style={{ width: 8, height: 8, borderRadius: 2, background: column.color }} />
          <span style={{ flex: 1 }}>{column.label}</span>
          <strong>{format(value as number)}</strong>
        </div>
      ))}
    </div>
  )
}

export function TimeChart(props: TimeChartProps) {
  const { title, columns, rows, format, stacked = false, height = 200, annotations = [], stale = false, onZoom } = props
  const still = useReducedMotion()
  const [drag, setDrag] = useState<{ from: number; to: number }>()
  const first = rows[0]?.t ?? 0
  const last = rows.at(-1)?.t ?? 0
  const finish = () => {
    if (drag !== undefined && Math.abs(drag.to - drag.from) > 2000)
      onZoom?.(Math.min(drag.from, drag.to), Math.max(drag.from, drag.to))
    setDrag(undefined)
  }
  return (
    <ChartFrame title={title} columns={columns} rows={rows} format={format}>
      <figure style={{ margin: 0, height }} aria-label={`${title}, chart; the same numbers are in the table view`}>
        {rows.length === 0 ? (
          <div className="ek-dim" style={{ height, display: 'grid', placeItems: 'center' }}>
            No data in this range yet.
          </div>
        ) : (
          <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 480, height }}>
            <ComposedChart
              data={rows as Row[]}
              syncId="time"
              syncMethod="value"
              margin={{ top: 4, right: 4, bottom: 0, left: 0 }}
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
                <pattern id="stale" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                  <rect width="2" height="6" fill="var(--ek-dim)" opacity="0.35" />
                </pattern>
              </defs>
              <CartesianGrid vertical={false} stroke="var(--ek-line)" />
              <XAxis
                dataKey="t"
                type="number"
                scale="time"
                domain={[first, last]}
                tickFormatter={(t: number) => clockTime(t).replace(/:\d\d$/, '')}
                tick={{ fontSize: 11, fill: 'var(--ek-dim)' }}
                stroke="var(--ek-line)"
                minTickGap={48}
              />
              <YAxis
                tickFormatter={(value: number) => format(value)}
                tick={{ fontSize: 11, fill: 'var(--ek-dim)' }}
                stroke="var(--ek-line)"
                width={58}
                axisLine={false}
                tickLine={false}
                domain={[0, 'auto']}
                allowDecimals
              />
              <Tooltip
                isAnimationActive={false}
                cursor={{ stroke: 'var(--ek-dim)' }}
                content={<Tip columns={columns} format={format} />}
              />
              {columns.map((column) =>
                stacked ? (
                  <Area
                    key={column.key}
                    dataKey={column.key}
                    stackId="1"
                    type="linear"
                    stroke={column.color}
                    fill={column.color}
                    fillOpacity={0.75}
                    strokeWidth={1}
                    isAnimationActive={false}
                    connectNulls={false}
                    activeDot={still ? false : { r: 3 }}
                  />
                ) : (
                  <Line
                    key={column.key}
                    dataKey={column.key}
                    type="linear"
                    stroke={column.color}
                    strokeDasharray={column.dash}
                    strokeWidth={1.75}
                    dot={false}
                    isAnimationActive={false}
                    connectNulls={false}
                  />
                ),
              )}
              {annotations.map((annotation) => (
                <ReferenceLine
                  key={`${annotation.t}${annotation.label}`}
                  x={annotation.t}
                  stroke="var(--ek-dim)"
                  strokeDasharray="2 3"
                  label={{ value: annotation.label, position: 'insideTopLeft', fontSize: 10, fill: 'var(--ek-dim)' }}
                />
              ))}
              {stale && rows.length > 4 && (
                <ReferenceArea x1={last - (last - first) * 0.04} x2={last} fill="url(#stale)" />
              )}
              {drag !== undefined && (
                <ReferenceArea x1={drag.from} x2={drag.to} fill="var(--ek-accent)" fillOpacity={0.15} />
              )}
            </ComposedChart>
          </ResponsiveContainer>
        )}
      </figure>
    </ChartFrame>
  )
}
