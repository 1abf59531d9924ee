/** The name of the page, and the state of everything in the tab's title and icon. */
import { useParams, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { isDown } from '../lib/availability.ts'
import { useLiveState, useStatusPart } from '../lib/live-hooks.ts'

export function usePageName(): string {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const { pool } = useParams({ strict: false })
  if (pool !== undefined) return pool
  return path.startsWith('/events') ? 'Events' : 'Overview'
}

/** The tab's title: "● 2 down · app · Evenkeel". */
export function titleOf(page: string, down: number): string {
  const name = page === 'Overview' && down > 0 ? '' : `${page} · `
  return `${down > 0 ? `● ${down} down · ` : ''}${name}Evenkeel`
}

/** Keeps title and icon current. */
export function usePageState(): void {
  const page = usePageName()
  const down = useStatusPart((status) => status.pools.flatMap((pool) => pool.backends).filter(isDown).length) ?? 0
  const { mode } = useLiveState()
  useEffect(() => {
    document.title = titleOf(page, down)
  }, [page, down])
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    const href = mode === 'reconnecting' ? '/favicon-lost.svg' : down > 0 ? '/favicon-down.svg' : '/favicon.svg'
    if (icon && !icon.href.endsWith(href)) icon.href = href
  }, [down, mode])
}
