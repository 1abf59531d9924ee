import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { EventList } from './event-list.tsx'

it('does not take events that are on their way for none', () => {
  expect(renderToStaticMarkup(<EventList events={undefined} />)).toContain('Loading')
  expect(renderToStaticMarkup(<EventList events={[]} />)).toContain('Nothing has happened yet')
})
