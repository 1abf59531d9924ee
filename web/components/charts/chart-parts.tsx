/** Pieces of a chart that move on their own: what is under the pointer. */
import { type TooltipContentProps, useXAxisScale } from 'recharts'
import { clockTime } from '../../lib/format.ts'
import type { Column, Row } from './chart-frame.tsx'

interface CursorProps {
  payload?: readonly { payload?: Row }[]
  top?: number
  height?: number
}

/** Line through the dots that are lit: at their time, not where the pointer was when it last moved. */
export function ChartCursor({ payload, top = 0, height = 0 }: CursorProps) {
  const scale = useXAxisScale()
  const t = payload?.[0]?.payload?.t
  const x = t === undefined ? undefined : scale?.(t)
  if (typeof x !== 'number') return null
  return (
    <line className="ek-cursor" x1={x} x2={x} y1={top} y2={top + height} stroke="var(--ek-dim)" pointerEvents="none" />
  )
}

interface TipProps extends Partial<TooltipContentProps> {
  columns: readonly Column[]
  format(value: number): string
}

/** Values of one moment, largest first. */
export function ChartTip({ active, payload, label, columns, format }: TipProps) {
  if (!active || !payload?.length) return null
  const values = columns
    .map((column) => ({
      column,
      value: payload.find((entry) => entry.dataKey === column.key)?.value as number | null | undefined,
    }))
    .filter((entry) => typeof entry.value === 'number')
    .sort((a, b) => (b.value as number) - (a.value as number))
  return (
    <div className="ek-tip">
      <div className="ek-dim">{clockTime(Number(label))}</div>
      {values.map(({ column, value }) => (
        <div key={column.key} className="ek-tip-row">
          <span style={{ width: 8, height: 8, borderRadius: 2, background: column.color }} />
          <span style={{ flex: 1 }}>{column.label}</span>
          <strong>{format(value as number)}</strong>
        </div>
      ))}
    </div>
  )
}
