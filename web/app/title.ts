/** Title and favicon carry the state, so that a tab in the background tells when something is wrong. */
import { useEffect } from 'react'
import type { Status } from '../../shared/api/live.ts'

/** `● 2 down · Evenkeel` while backends are down. */
export function titleOf(status: Status): string {
  const down = status.pools
    .flatMap((pool) => pool.backends)
    .filter((backend) => backend.availability === 'unhealthy' || backend.availability === 'ejected').length
  return down > 0 ? `● ${down} down · Evenkeel` : 'Evenkeel'
}

export function useTitle(status: Status | undefined): void {
  const title = status === undefined ? 'Evenkeel' : titleOf(status)
  useEffect(() => {
    document.title = title
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
    if (link !== null) link.href = title === 'Evenkeel' ? '/favicon.svg' : '/favicon-down.svg'
  }, [title])
}
