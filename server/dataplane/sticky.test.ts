import { expect, it } from 'vitest'
import type { BackendRef } from '../core/snapshot.ts'
import { bindingCookie, stickyValue } from './sticky.ts'

it('names a backend by its id, differently in each pool and under each secret', () => {
  const value = stickyValue('secret', 'app', 'b1')
  expect(value).toMatch(/^[\w-]{22}$/)
  expect(stickyValue('secret', 'app', 'b1')).toBe(value)
  const others = [
    stickyValue('other', 'app', 'b1'),
    stickyValue('secret', 'web', 'b1'),
    stickyValue('secret', 'app', 'b2'),
  ]
  expect(new Set([value, ...others]).size).toBe(4)
})

it('makes a cookie that scripts cannot read and other sites do not send along', () => {
  const values = new Map([[7, 'v']])
  const backend = { slot: 7 } as BackendRef
  const attributes = '; Path=/; HttpOnly; SameSite=Lax'
  const sticky = { name: 'lb', ttlSeconds: 0, attributes, secure: false, bound: new Map(), values }
  expect(bindingCookie(sticky, backend, false)).toBe('lb=v; Path=/; HttpOnly; SameSite=Lax')
  expect(bindingCookie(sticky, backend, true)).toBe('lb=v; Path=/; HttpOnly; SameSite=Lax; Secure')
  expect(bindingCookie({ ...sticky, secure: true }, backend, false)).toBe(
    'lb=v; Path=/; HttpOnly; SameSite=Lax; Secure',
  )
})
