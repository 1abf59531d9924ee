import { expect, it } from 'vitest'
import { stickySchema } from './pool.ts'

it('sticky cookies stay as they were when nothing is said about them', () => {
  expect(stickySchema.parse({ type: 'cookie' })).toEqual({
    type: 'cookie',
    name: 'evenkeel',
    sameSite: 'lax',
    path: '/',
  })
})

it.each([
  [{ sameSite: 'none' }, { sameSite: 'none' }],
  [{ sameSite: 'strict', path: '/shop/a,b' }, { path: '/shop/a,b' }],
  [{ domain: 'Example.COM' }, { domain: 'example.com' }],
  [{ domain: '.example.com' }, { domain: 'example.com' }],
])('%j is taken for a sticky cookie', (given, wanted) => {
  expect(stickySchema.parse({ type: 'cookie', ...given })).toMatchObject(wanted)
})

it.each([
  { sameSite: 'None' },
  { sameSite: 'lax; Domain=evil.test' },
  { path: '' },
  { path: 'shop' },
  { path: '/a; Domain=evil.test' },
  { path: '/a b' },
  { path: '/a\r\nSet-Cookie: x=y' },
  { path: '/\u00e4' },
  { domain: '' },
  { domain: '..example.com' },
  { domain: 'example.com; Secure' },
  { domain: 'example.com\r\nX: y' },
  { domain: 'a/b' },
  { domain: 'example.com:80' },
  { name: 'a=b' },
  { name: 'a;b' },
])('%j is refused for a sticky cookie', (given) => {
  expect(stickySchema.safeParse({ type: 'cookie', ...given }).success).toBe(false)
})
