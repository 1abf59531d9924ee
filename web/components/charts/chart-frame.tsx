/** What all charts share: title, legend, the same numbers as a table and as CSV, and what to say when there is nothing. */
import { ActionIcon, Button, Menu } from '@mantine/core'
import { IconAlertTriangle, IconDots, IconDownload, IconTable } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { clockTime } from '../../lib/format.ts'
import { Panel } from '../panel.tsx'
import './charts.css'
import type { Mark } from './marks.ts'

export interface Column {
  key: string
  label: string
  color?: string
  dash?: string
}

export interface Row {
  t: number
  [column: string]: number | null
}

/** Comma-separated values with a header line; times in ISO 8601. */
export function toCsv(columns: readonly Column[], rows: readonly Row[]): string {
  const head = ['time', ...columns.map((column) => `"${column.label.replaceAll('"', '""')}"`)].join(',')
  return [
    head,
    ...rows.map((row) => [new Date(row.t).toISOString(), ...columns.map((column) => row[column.key] ?? '')].join(',')),
  ].join('\n')
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name}.csv`
  link.click()
  URL.revokeObjectURL(url)
}

function Legend({ columns }: { columns: readonly Column[] }) {
  return (
    <ul
      style={{
        listStyle: 'none',
        display: 'flex',
        flexWrap: 'wrap',
        gap: '2px 14px',
        margin: '0 0 8px',
        padding: 0,
        fontSize: 12,
      }}
      className="ek-dim"
    >
      {columns.map((column) => (
        <li key={column.key} style={{ display: 'inline-flex', gap: 6, alignItems: 'center' }}>
          <svg width="14" height="8" aria-hidden>
            <line x1="0" x2="14" y1="4" y2="4" stroke={column.color} strokeWidth="3" strokeDasharray={column.dash} />
          </svg>
          {column.label}
        </li>
      ))}
    </ul>
  )
}

export interface ChartFrameProps {
  title: string
  columns: readonly Column[]
  rows: readonly Row[]
  format: (value: number) => string
  actions?: ReactNode
  /** What is shown could not be loaded, or not be refreshed since what is shown. */
  failure?: ChartFailure | undefined
  /** What the chart leaves out. */
  notice?: ReactNode
  loading?: boolean | undefined
  /** There is nothing to draw. */
  empty?: boolean
  /** Height of the chart, so that nothing jumps when it comes. */
  height: number
  marks?: readonly Mark[]
  children: ReactNode
}

export interface ChartFailure {
  error: unknown
  retry(): void
}

/** Never looks like "nothing happened": what failed, why, and a way to try again. */
function Failure({ failure, stale, height }: { failure: ChartFailure; stale: boolean; height: number }) {
  const why = failure.error instanceof Error ? failure.error.message : String(failure.error)
  return (
    <div className="ek-chart-failure" role="status" data-stale={stale} style={stale ? undefined : { height }}>
      <span className="ek-bad" style={{ display: 'inline-flex', gap: 6 }}>
        <IconAlertTriangle size={16} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
        <span>
          {stale ? 'Not up to date: ' : 'The history could not be loaded: '}
          {why}
        </span>
      </span>
      <Button size="compact-xs" variant="default" onClick={failure.retry} style={{ flexShrink: 0 }}>
        Retry
      </Button>
    </div>
  )
}

function Nothing({ height, loading, failure }: Pick<ChartFrameProps, 'height' | 'loading' | 'failure'>) {
  if (failure !== undefined) return <Failure failure={failure} stale={false} height={height} />
  return (
    <div className="ek-dim" style={{ height, display: 'grid', placeItems: 'center' }} role="status">
      {loading ? 'Loading…' : 'Nothing was recorded in this time.'}
    </div>
  )
}

export function ChartFrame(props: ChartFrameProps) {
  const { title, columns, rows, format, actions, failure, notice, loading = false, empty = false, height } = props
  const { marks = [], children } = props
  const [table, setTable] = useState(false)
  const menu = (
    <div style={{ display: 'flex', gap: 4 }}>
      {actions}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`More for ${title}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconTable size={16} />} onClick={() => setTable(!table)}>
            {table ? 'View as chart' : 'View as table'}
          </Menu.Item>
          <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => download(title, toCsv(columns, rows))}>
            Download CSV
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  )
  return (
    <Panel title={title} actions={menu}>
      {failure !== undefined && !empty && <Failure failure={failure} stale height={height} />}
      {notice !== undefined && <p className="ek-chart-notice">{notice}</p>}
      {table ? (
        <section
          className="ek-scroll"
          style={{ maxHeight: 260, overflowY: 'auto' }}
          aria-label={`${title} as a table`}
          tabIndex={0}
        >
          <table className="ek-table">
            <thead>
              <tr>
                <th scope="col">Time</th>
                {columns.map((column) => (
                  <th key={column.key} scope="col" className="num">
                    {column.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.toReversed().map((row, index, all) => (
                <tr key={row.t}>
                  <td>
                    {clockTime(row.t)}
                    {marks
                      .filter((mark) => mark.t >= row.t && mark.t < (all[index - 1]?.t ?? Number.POSITIVE_INFINITY))
                      .map((mark) => (
                        <div key={`${mark.t} ${mark.label}`} className="ek-dim" style={{ whiteSpace: 'normal' }}>
                          {mark.label}
                        </div>
                      ))}
                  </td>
                  {columns.map((column) => {
                    const value = row[column.key]
                    return (
                      <td key={column.key} className="num">
                        {value === null || value === undefined ? '–' : format(value)}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : (
        <>
          <Legend columns={columns} />
          {empty ? <Nothing height={height} loading={loading} failure={failure} /> : children}
        </>
      )}
    </Panel>
  )
}
