/** Keys that work on every page. Single letters rest while somebody types or a dialog is open. */
import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useStatusPart } from '../lib/live-hooks.ts'
import { useDialogs } from '../lib/search.ts'

/** How long the second letter of `g o` may take, milliseconds. */
const SECOND_LETTER_MS = 1200

/** Where a single letter belongs to something else. */
function isBusy(target: EventTarget | null): boolean {
  const typing = target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]')
  return Boolean(typing) || document.querySelector('[role="dialog"], [role="menu"]') !== null
}

function focusFilter(): boolean {
  const filter = document.querySelector<HTMLElement>('[data-filter]')
  filter?.focus()
  return filter !== null
}

/** Goes to pages: `o` overview, `e` events, `p` the first pool and then the next. */
function useGo() {
  const navigate = useNavigate()
  const { pool: current } = useParams({ strict: false })
  const pools = useStatusPart((status) => status.pools.map((pool) => pool.id).join('\n'))?.split('\n') ?? []
  return (letter: string) => {
    if (letter === 'o') void navigate({ to: '/' })
    else if (letter === 'e') void navigate({ to: '/events', search: {} })
    else if (letter === 'p') {
      const pool = pools[(current === undefined ? 0 : pools.indexOf(current) + 1) % pools.length]
      if (pool) void navigate({ to: '/pools/$pool', params: { pool }, search: {} })
    } else return false
    return true
  }
}

export function useKeys({ openPalette, openHelp }: { openPalette: () => void; openHelp: () => void }): void {
  const go = useGo()
  const { pool } = useParams({ strict: false })
  const { addBackend } = useDialogs()
  const wentAt = useRef(Number.NEGATIVE_INFINITY)

  const press = (event: KeyboardEvent): boolean => {
    const { key } = event
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && key.toLowerCase() === 'k') {
      openPalette()
      return true
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isBusy(event.target)) return false
    const second = event.timeStamp - wentAt.current < SECOND_LETTER_MS
    wentAt.current = key === 'g' && !second ? event.timeStamp : Number.NEGATIVE_INFINITY
    if (second) return go(key)
    if (key === 'n') addBackend(pool ?? '')
    else if (key === '?') openHelp()
    else return key === '/' && focusFilter()
    return true
  }

  const latest = useRef(press)
  latest.current = press
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (latest.current(event)) event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
