/** Leads from an event to the charts of its pool at that minute. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { EventRecord } from '../../shared/api/records.ts'

/** Time shown before and after the event, in milliseconds. */
const AROUND_MS = 5 * 60_000

export function eventLink(event: EventRecord): ((text: string) => ReactNode) | undefined {
  const { pool, at } = event
  if (pool === undefined) return undefined
  return (text) => (
    <Link
      to="/pools/$pool"
      params={{ pool }}
      search={{ from: at - AROUND_MS, to: at + AROUND_MS }}
      style={{ color: 'inherit', textDecorationColor: 'var(--ek-line)', textUnderlineOffset: 3 }}
    >
      {text}
    </Link>
  )
}
