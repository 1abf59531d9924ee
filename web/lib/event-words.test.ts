import { expect, it } from 'vitest'
import { eventWords } from './event-words.ts'

it.each([
  [{ message: 'api-1 is unhealthy: refused', pool: 'shop', backend: 'api-1' }, 'shop / api-1 is unhealthy: refused'],
  [{ message: 'api-1: its agent says drain', pool: 'shop', backend: 'api-1' }, 'shop / api-1: its agent says drain'],
  [{ message: 'shop / api-1 is healthy', pool: 'shop', backend: 'api-1' }, 'shop / api-1 is healthy'],
  [{ message: 'api-1 / api-1 is healthy', pool: 'api-1', backend: 'api-1' }, 'api-1 / api-1 is healthy'],
  [{ message: 'api-10 and others', pool: 'shop', backend: 'api-1' }, 'api-10 and others'],
  [{ message: 'pool shop is failing open', pool: 'shop' }, 'pool shop is failing open'],
  [{ message: 'revision 3: shop: added api-1' }, 'revision 3: shop: added api-1'],
])('%j says "%s"', (event, words) => {
  expect(eventWords(event)).toBe(words)
})
