import { describe, expect, it } from 'vitest'
import { parseRange } from '../../shared/address-range.ts'
import { trustMatcher } from './trusted-proxies.ts'

describe('trusted proxies', () => {
  const trusts = trustMatcher(['10.0.0.0/8', '192.168.1.7', 'fd00::/8', '::1'])
  it.each([
    ['10.1.2.3', true],
    ['11.0.0.1', false],
    ['192.168.1.7', true],
    ['192.168.1.8', false],
    ['::ffff:10.9.9.9', true],
    ['fd12:3456::1', true],
    ['fe80::1', false],
    ['::1', true],
    ['nonsense', false],
  ])('%s → %s', (address, expected) => {
    expect(trusts(address)).toBe(expected)
  })

  it('trusts nobody without ranges', () => {
    expect(trustMatcher([])('127.0.0.1')).toBe(false)
  })

  it.each(['10.0.0.0/33', '300.1.1.1', 'host', '::1/129', '1::2::3', '10.0.0.0/x'])('refuses the range %s', (text) => {
    expect(parseRange(text)).toBeUndefined()
  })
})
