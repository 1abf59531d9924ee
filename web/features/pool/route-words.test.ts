import { expect, it } from 'vitest'
import { routeWords } from './route-words.ts'

const action = { type: 'forward' as const, pool: 'app' }

it.each([
  [undefined, 'web → any host'],
  [{ path: '/v1/*' }, 'web → any host/v1/*'],
  [{ host: 'a.test' }, 'web → a.test'],
  [{ host: ['a.test', 'b.test'], path: '/v1' }, 'web → a.test/v1 or b.test/v1'],
  [{ host: ['a.test', 'b.test', 'c.test', 'd.test', 'e.test'] }, 'web → a.test, b.test, c.test or 2 more'],
])('%j', (match, words) => expect(routeWords({ id: 'r', listener: 'web', match, action })).toBe(words))
