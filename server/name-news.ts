/** Tells what has become of names: one event for all that got into trouble in the same second, since they share their name servers. */
import type { EventSink } from './control/data-plane.ts'
import type { NameNews } from './monitors/address-book.ts'

const more = (count: number) => (count === 0 ? '' : ` (and ${count} more name${count > 1 ? 's' : ''})`)

export function tellNameNews(events: EventSink, news: readonly NameNews[]): void {
  const troubles = news.flatMap(({ trouble }) => trouble ?? [])
  const well = news.filter(({ trouble }) => trouble === undefined)
  if (troubles.length > 0)
    events.record({
      kind: 'availability',
      severity: 'warning',
      message: `${troubles[0]}${more(troubles.length - 1)}`,
    })
  if (well.length > 0)
    events.record({
      kind: 'availability',
      severity: 'info',
      message: `${well[0]?.host} is resolved again${more(well.length - 1)}`,
    })
}
