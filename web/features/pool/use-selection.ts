/** Which backends are selected, and the one the keys act on: `j` `k` move, `x` selects, `d` drains, `e` opens its row. */
import { useEffect, useState } from 'react'
import type { BackendStatus, PoolStatus } from '../../../shared/api/live.ts'
import { useBackendActions } from './use-backend-actions.ts'

export interface Selection {
  selected: ReadonlySet<string>
  /** Backend the keys act on. */
  at: string | undefined
  toggle(id: string): void
  clear(): void
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || document.querySelector('[role=dialog]') !== null)
  )
}

export function useSelection(pool: PoolStatus | undefined): Selection {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [at, setAt] = useState<string>()
  const actions = useBackendActions(pool?.id ?? '')
  const ids = pool?.backends.map((backend) => backend.id) ?? []
  const toggle = (id: string) =>
    setSelected((before) => {
      const next = new Set(before)
      if (!next.delete(id)) next.add(id)
      return next
    })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || ids.length === 0) return
      const index = at === undefined ? -1 : ids.indexOf(at)
      const current: BackendStatus | undefined = pool?.backends[index]
      if (event.key === 'j') setAt(ids[Math.min(ids.length - 1, index + 1)])
      else if (event.key === 'k') setAt(ids[Math.max(0, index - 1)])
      else if (event.key === 'x' && at !== undefined) toggle(at)
      else if (event.key === 'd' && current !== undefined)
        void actions.setState(current, current.adminState === 'draining' ? 'active' : 'draining')
      else if (event.key === 'e' && at !== undefined)
        document.getElementById(`backend-${at}`)?.querySelector<HTMLElement>('button, a, input')?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
  useEffect(() => {
    if (at !== undefined) document.getElementById(`backend-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return { selected, at, toggle, clear: () => setSelected(new Set()) }
}
