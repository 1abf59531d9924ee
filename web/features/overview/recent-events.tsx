/** The last ten things that happened. */
import { Link } from '@tanstack/react-router'
import { eventLink } from '../../components/event-link.tsx'
import { EventList } from '../../components/event-list.tsx'
import { Panel } from '../../components/panel.tsx'
import { useEvents } from '../../lib/queries.ts'

export function RecentEvents() {
  const events = useEvents({ limit: 10 })
  return (
    <Panel title="Recent events" actions={<Link to="/events">All events</Link>} flush>
      <EventList events={events.data} linkOf={eventLink} />
    </Panel>
  )
}
