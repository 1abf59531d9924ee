import { expect, it } from 'vitest'
import { samePlaces } from './same-place.ts'

const members = [
  { id: 'app-6', address: '127.0.0.1:9111' },
  { id: 'web', address: 'app.internal:80' },
]
const share = 'Twice in a pool, it gets twice its share.'

it.each([
  [['127.0.0.1:9111'], { '127.0.0.1:9111': `app has this already: app-6. ${share}` }],
  [['localhost:9111'], { 'localhost:9111': `app has this already: app-6 at 127.0.0.1:9111. ${share}` }],
  [['[::1]:9111'], { '[::1]:9111': `app has this already: app-6 at 127.0.0.1:9111. ${share}` }],
  [['App.Internal:80'], { 'App.Internal:80': `app has this already: web at app.internal:80. ${share}` }],
  [['localhost:1', '127.0.0.1:1'], { '127.0.0.1:1': `The same place as localhost:1 above. ${share}` }],
  [['127.0.0.1:9112', 'app.internal:81'], {}],
])('%j', (addresses, warnings) => {
  expect(Object.fromEntries(samePlaces(addresses, members, 'app'))).toEqual(warnings)
})
