import { describe, expect, it } from 'vitest'
import { at, withBasePath } from './base-path.ts'

describe('the path of the dashboard', () => {
  it('is the root where nothing else is said', () => expect(at('/api/v1/me')).toBe('/api/v1/me'))

  it.each([
    ['', '/', undefined],
    ['', '/pools/app', undefined],
    ['/lb', '/lb/', undefined],
    ['/lb', '/lb/pools/app', undefined],
    ['/lb', '/lb', '/lb/?a=1'],
    ['/lb', '/', '/lb/?a=1'],
    ['/lb', '/pools/app', '/lb/pools/app?a=1'],
    ['/lb', '/lbx', '/lb/lbx?a=1'],
  ])('%s: a page at %s belongs to %s', (base, pathname, expected) =>
    expect(withBasePath({ pathname, search: '?a=1' }, base)).toBe(expected),
  )
})
