/** Things that happened, newest first, each with when, how bad and who. */
import { IconAlertTriangle, IconExclamationCircle, IconInfoCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { EventRecord } from '../../shared/api/records.ts'
import { eventWords } from '../lib/event-words.ts'
import { ago, clockTime } from '../lib/format.ts'

const severities = {
  info: { icon: IconInfoCircle, tone: 'dim' },
  warning: { icon: IconAlertTriangle, tone: 'warn' },
  error: { icon: IconExclamationCircle, tone: 'bad' },
} as const

export interface EventListProps {
  /** Undefined while they are on their way: that is not the same as none. */
  events: readonly EventRecord[] | undefined
  /** Makes what is written a link to the minute it happened in; undefined for events that lead nowhere. */
  linkOf?: (event: EventRecord) => ((text: string) => ReactNode) | undefined
}

export function EventList({ events, linkOf }: EventListProps) {
  if (events === undefined) return <div className="ek-empty">Loading…</div>
  if (events.length === 0) return <div className="ek-empty">Nothing has happened yet.</div>
  return (
    <ul className="ek-rows">
      {events.map((event) => {
        const { icon: Icon, tone } = severities[event.severity]
        return (
          <li key={event.id} style={{ display: 'flex', gap: 12, alignItems: 'flex-start', padding: '8px 16px' }}>
            <span className="ek-mark" data-tone={tone} style={{ paddingTop: 2 }}>
              <Icon size={16} aria-label={event.severity} />
            </span>
            <span style={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
              {linkOf?.(event)?.(eventWords(event)) ?? eventWords(event)}
              {event.actor !== undefined && <span className="ek-dim"> · {event.actor}</span>}
            </span>
            <time
              className="ek-dim"
              style={{ whiteSpace: 'nowrap', fontSize: 12, lineHeight: '20px' }}
              dateTime={new Date(event.at).toISOString()}
              title={clockTime(event.at)}
            >
              {ago(event.at)}
            </time>
          </li>
        )
      })}
    </ul>
  )
}
