import { expect, it } from 'vitest'
import { safeNext } from './next.ts'

it.each([
  ['/', '/'],
  ['/pools/shop?range=24h', '/pools/shop?range=24h'],
  ['/requests?q=status%3A5xx#top', '/requests?q=status%3A5xx#top'],
  ['/pools/a%2Fb', '/pools/a%2Fb'],
  ['/pools/../events', '/events'],
])('%s leads there', (value, path) => {
  expect(safeNext(value)).toBe(path)
})

it.each([
  'https://evil.example/',
  '//evil.example/',
  '///evil.example/',
  '/\\evil.example/',
  '\\\\evil.example',
  '/.//evil.example/',
  '/..//evil.example/',
  '/x/..//evil.example/',
  '/\t/evil.example/',
  '/\n//evil.example',
  '\u0000/events',
  ' /events',
  'javascript:alert(1)',
  'data:text/html,x',
  'events',
  '?next=/',
  '',
  '/sign-in',
  '/sign-in?next=/sign-in',
  '/setup?token=x',
  '/api/v1/session',
  '/assets/x.js',
  `/${'x'.repeat(3000)}`,
  7,
  null,
  undefined,
  ['/events'],
  { toString: () => '/events' },
])('%j does not', (value) => {
  expect(safeNext(value)).toBeUndefined()
})
