import { describe, expect, it } from 'vitest'
import { clientBehind, nodeAddress, readForwarded, saysTls } from './forwarded.ts'
import { trustMatcher } from './trusted-proxies.ts'

const trusts = trustMatcher(['10.0.0.0/8', '192.168.1.7', 'fd00::/8', '::1'])

describe('an entry of a list of proxies', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7\t', '203.0.113.7'],
    ['198.51.100.7:51000', '198.51.100.7'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['2001:DB8::A', '2001:db8::a'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['[::ffff:198.51.100.7]:80', '198.51.100.7'],
    ['198.51.100.7:_port', '198.51.100.7'],
    ['::1', '::1'],
    ['unknown', undefined],
    ['_hidden', undefined],
    ['', undefined],
    ['198.51.100.7:1:2', undefined],
    ['[198.51.100', undefined],
    ['[2001:db8::7]443', undefined],
    ['example.com:80', undefined],
    ['300.1.1.1:80', undefined],
    [':80', undefined],
  ])('%j is the address %s', (node, address) => {
    expect(nodeAddress(node)).toBe(address)
  })
})

describe('the client behind a trusted proxy, by X-Forwarded-For', () => {
  it.each([
    ['no chain', undefined, '10.0.0.1'],
    ['one hop', '203.0.113.7', '203.0.113.7'],
    ['with a port, as gateways of clouds write it', '198.51.100.7:51000', '198.51.100.7'],
    ['IPv6 with a port', '[2001:db8::7]:443', '2001:db8::7'],
    ['IPv6 in brackets', '[2001:db8::7]', '2001:db8::7'],
    ['what the client wrote itself proves nothing', '1.2.3.4, 203.0.113.7', '203.0.113.7'],
    ['trusted hops are passed', '1.2.3.4, 203.0.113.7, 10.2.2.2, 192.168.1.7', '203.0.113.7'],
    ['trusted hops are passed, with ports too', '1.2.3.4:1, 203.0.113.7:2, 10.2.2.2:3,[fd00::1]:4', '203.0.113.7'],
    ['only trusted hops: the farthest', '10.3.3.3, 10.2.2.2', '10.3.3.3'],
    ['no address: the last that was one', '203.0.113.7, unknown, 10.2.2.2', '10.2.2.2'],
    ['no address at all', 'unknown', '10.0.0.1'],
    ['an empty list', '', '10.0.0.1'],
  ])('%s', (_, chain, expected) => {
    expect(clientBehind(chain, '10.0.0.1', trusts)).toBe(expected)
  })
})

describe('a Forwarded field', () => {
  it.each([
    ['for=203.0.113.7', { chain: '203.0.113.7', client: '203.0.113.7', proto: '', host: '' }],
    ['For="[2001:db8::7]:443"', { chain: '2001:db8::7', client: '2001:db8::7' }],
    ['FOR="198.51.100.7:51000";Proto=HTTPS', { client: '198.51.100.7', proto: 'https' }],
    ['for=203.0.113.7;proto=https;host="shop.test:8443";by=_lb', { proto: 'https', host: 'shop.test:8443' }],
    ['for=6.6.6.6;proto=http, for=203.0.113.7;proto=https', { client: '203.0.113.7', proto: 'https' }],
    ['for=6.6.6.6, for=203.0.113.7;proto=https;host=a,for=10.1.1.1;proto=http;host=b', { host: 'a', proto: 'https' }],
    ['for=10.2.2.2;proto=https, for=10.1.1.1;proto=http', { client: '10.2.2.2', proto: 'https' }],
    ['for=unknown;proto=https', { chain: 'unknown', client: '', proto: 'https' }],
    ['for=_gate-1, for=10.1.1.1', { chain: '_gate-1, 10.1.1.1', client: '10.1.1.1' }],
    ['for="1.1.1.1, 2.2.2.2"', { chain: 'unknown', client: '' }],
    ['for="\\1.2.3.4"', { client: '1.2.3.4' }],
    ['for="a\\", for=9.9.9.9"', { chain: 'unknown', client: '' }],
    ['proto=https', { chain: '', client: '', proto: 'https' }],
    [' for=203.0.113.7 ; proto=https , ', { client: '203.0.113.7', proto: 'https' }],
    ['for=203.0.113.7;;proto=http', { client: '203.0.113.7', proto: 'http' }],
    ['for=203.0.113.7;host="evil/x"', { host: '' }],
    ['for=203.0.113.7;proto=gopher', { proto: '' }],
    ['__proto__=x;for=203.0.113.7', { client: '203.0.113.7' }],
  ])('%j is understood', (value, wanted) => {
    expect(readForwarded(value, trusts)).toMatchObject(wanted)
  })

  it.each([
    '',
    ' , ',
    'for',
    'for 1.2.3.4',
    'for="1.2.3.4',
    'for=[2001:db8::7]',
    'for=1.2.3.4 proto=https',
    'for=1.2.3.4:80',
    'for="a"b',
    '=x',
  ])('%j says nothing', (value) => {
    expect(readForwarded(value, trusts)).toBeUndefined()
  })

  it('of any length is read in a moment', () => {
    const made = Array(5000).fill('10.0.0.1').join(',')
    expect(clientBehind(`203.0.113.7,${made}`, '10.9.9.9', trusts)).toBe('10.0.0.1')
    expect(readForwarded(Array(5000).fill('for=10.0.0.1').join(','), trusts)).toBeUndefined()
    const long = `${'for=10.0.0.1;'.repeat(4000)}"`
    const start = performance.now()
    expect(readForwarded(long, trusts)).toBeUndefined()
    expect(readForwarded(`${' '.repeat(60_000)}x`, trusts)).toBeUndefined()
    expect(readForwarded(`for="${'\\'.repeat(60_000)}`, trusts)).toBeUndefined()
    expect(performance.now() - start).toBeLessThan(2000)
  })
})

it.each([
  ['https', true],
  [' HTTPS ', true],
  ['https, http', true],
  ['wss', true],
  ['http', false],
  ['http, https', false],
  ['httpsx', false],
  ['', false],
])('X-Forwarded-Proto: %s says TLS: %s', (proto, wanted) => {
  expect(saysTls(proto)).toBe(wanted)
})
