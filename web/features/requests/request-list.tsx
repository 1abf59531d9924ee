/** The rows of the log. Only those in sight are drawn; each is a link to its own detail. */

import { useMediaQuery } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'
import type { ExchangeRecord } from '../../../shared/api/records.ts'
import { clockTime, millis } from '../../lib/format.ts'
import { LoggedMark, StatusMark } from './marks.tsx'

const ROW = 36
const PHONE_ROW = 60

/** `14:03:07.123`: many fall into one second. */
export function preciseTime(at: number): string {
  return `${clockTime(at)}.${String(Math.floor(at % 1000)).padStart(3, '0')}`
}

/** Somebody types, or a dialog has the keys. */
function busyElsewhere(target: EventTarget | null): boolean {
  const typing = target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
  return typing || document.querySelector('[role=dialog]') !== null
}

/** "pool / backend": names are unique only within a pool. */
function Where({ exchange: { pool, backend } }: { exchange: ExchangeRecord }) {
  if (pool === null) return <span className="ek-dim">no route</span>
  return (
    <>
      <span className="ek-dim">{pool} / </span>
      {backend ?? <span className="ek-dim">none</span>}
    </>
  )
}

function Row({ exchange }: { exchange: ExchangeRecord }) {
  const ended = exchange.at + exchange.totalMs
  const where = `${exchange.pool ?? 'no pool'} / ${exchange.backend ?? 'no backend'}`
  return (
    <Link
      to="/requests"
      search={(before) => ({ ...before, exchange: exchange.id })}
      resetScroll={false}
      preload={false}
      className="ek-req"
      data-row
    >
      <time className="time" dateTime={new Date(ended).toISOString()} title="When it ended">
        {preciseTime(ended)}
      </time>
      <span className="method mono">{exchange.method}</span>
      <span className="path mono" title={`${exchange.host}${exchange.path}`}>
        {exchange.path}
      </span>
      <span className="status">
        <StatusMark exchange={exchange} />
      </span>
      <span className="backend" title={where}>
        <Where exchange={exchange} />
      </span>
      <span className="total">{millis(exchange.totalMs)}</span>
      <span className="host ek-dim" title={exchange.host}>
        {exchange.host}
      </span>
      <span className="client mono ek-dim">{exchange.client}</span>
      <span className="because" data-because={exchange.loggedBecause}>
        <LoggedMark because={exchange.loggedBecause} short />
      </span>
    </Link>
  )
}

export interface RequestListProps {
  rows: readonly ExchangeRecord[]
  /** The one whose detail is open. */
  openId: string | undefined
  /** What stands behind the last row. */
  older: ReactNode
  /** Somebody reads: the pointer is over the rows, one has the focus, or they are scrolled. */
  onReading: (change: Partial<{ pointer: boolean; focus: boolean; scrolled: boolean }>) => void
}

export function RequestList({ rows, openId, older, onReading }: RequestListProps) {
  const box = useRef<HTMLElement>(null)
  const openAt = rows.findIndex(({ id }) => id === openId)
  const height = useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false }) ? PHONE_ROW : ROW
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
    initialRect: { width: 1000, height: 600 },
  })
  useEffect(
    // What is no longer there is no longer read: an emptied list must not stay paused.
    () => () => onReading({ pointer: false, focus: false, scrolled: false }),
    [onReading],
  )
  // The open one (its link is the current one) stays in sight, and takes the focus along if a row has it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another one is opened
  useEffect(() => {
    if (openAt === -1) return
    virtual.scrollToIndex(openAt, { align: 'auto' })
    const row = document.activeElement?.closest('[data-row]')
    if (row === null || row === undefined || box.current?.contains(row) !== true) return
    requestAnimationFrame(() => {
      const rowOf = box.current?.querySelector<HTMLElement>(`[data-row][aria-current]`)
      rowOf?.focus({ preventScroll: true })
    })
  }, [openId])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const inside = box.current?.contains(document.activeElement) === true
      const down = event.key === 'j' || (inside && event.key === 'ArrowDown')
      const up = event.key === 'k' || (inside && event.key === 'ArrowUp')
      if ((!down && !up) || event.ctrlKey || event.metaKey || event.altKey || busyElsewhere(event.target)) return
      const drawn = [...(box.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
      const at = drawn.indexOf(document.activeElement as HTMLElement)
      const next = drawn[at === -1 ? 0 : at + (down ? 1 : -1)]
      if (next === undefined) return
      event.preventDefault()
      next.focus({ preventScroll: true })
      next.scrollIntoView({ block: 'nearest' })
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  return (
    <section
      ref={box}
      className="ek-req-box"
      tabIndex={0}
      aria-label="Requests, newest first"
      onPointerEnter={(event) => event.pointerType === 'mouse' && onReading({ pointer: true })}
      onPointerLeave={() => onReading({ pointer: false })}
      onFocus={(event) => onReading({ focus: event.target.matches('[data-row]:focus-visible') })}
      onBlur={() => onReading({ focus: false })}
      onScroll={(event) => onReading({ scrolled: event.currentTarget.scrollTop > height })}
    >
      <div className="ek-req ek-req-head" aria-hidden>
        <span className="time">Time</span>
        <span className="method">Method</span>
        <span className="path">Path</span>
        <span className="status">Status</span>
        <span className="backend">Pool / backend</span>
        <span className="total">Total</span>
        <span className="host">Host</span>
        <span className="client">Client</span>
        <span className="because" />
      </div>
      <ul style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const exchange = rows[index]
          if (exchange === undefined) return null
          return (
            <li
              key={key}
              style={{ height, transform: `translateY(${start}px)` }}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
            >
              <Row exchange={exchange} />
            </li>
          )
        })}
      </ul>
      {older}
    </section>
  )
}
