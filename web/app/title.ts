/** Title and favicon carry the state and the page, so that a tab in the background tells when something is wrong, and which tab it is. */
import { useMatches } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Health } from '../../shared/api/live.ts'
import { useContact } from '../lib/contact.ts'
import { useStatus } from '../lib/queries.ts'

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** Name of the page in the title of its tab; absent: the page of the balancer itself. */
    page?: string
  }
}

export interface TitleFacts {
  /** Undefined where nobody is signed in, or nothing is known yet. */
  health: Health | undefined
  /** The balancer is out of contact. */
  lost: boolean
  /** Name of the page; empty for the overview. */
  page: string
}

const icons = { ok: 'favicon', notice: 'favicon', warning: 'favicon-warning', error: 'favicon-down' } as const

/** `● app down · Evenkeel`, `▲ 2 problems · Events · Evenkeel`, `? No contact · app · Evenkeel`. */
export function titleOf({ health, lost, page }: TitleFacts): { title: string; icon: string } {
  const rest = page === '' ? 'Evenkeel' : `${page} · Evenkeel`
  if (lost) return { title: `? No contact · ${rest}`, icon: 'favicon-lost' }
  if (health === undefined || health.brief === '') return { title: rest, icon: 'favicon' }
  const mark = health.severity === 'error' ? '● ' : health.severity === 'warning' ? '▲ ' : ''
  return { title: `${mark}${health.brief} · ${rest}`, icon: icons[health.severity] }
}

/** Keeps title and icon of this tab as `titleOf` says. */
export function useTitle(): void {
  const matches = useMatches()
  const { lostFor } = useContact()
  const status = useStatus()
  const last = matches.at(-1)
  const params = last?.params as { pool?: string } | undefined
  const inside = matches.some(({ routeId }) => routeId === '/shell')
  const { title, icon } = titleOf({
    health: inside ? status?.health : undefined,
    lost: inside && lostFor > 0,
    page: params?.pool ?? last?.staticData.page ?? '',
  })
  useEffect(() => {
    document.title = title
  }, [title])
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
    if (link !== null) link.href = link.href.replace(/favicon[a-z-]*\.svg/, `${icon}.svg`)
  }, [icon])
}
