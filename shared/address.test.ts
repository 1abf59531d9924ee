import { describe, expect, it } from 'vitest'
import { parseHostPort } from './address.ts'
import { addressFault, rangeFault } from './address-fault.ts'
import { addressBytes, parseRange } from './address-range.ts'

describe('host and port', () => {
  it.each([
    ['10.0.0.5:3000', '10.0.0.5', 3000],
    ['app.internal:80', 'app.internal', 80],
    ['app_1:80', 'app_1', 80],
    ['app.1:80', 'app.1', 80],
    ['[::1]:8080', '::1', 8080],
    ['[::ffff:10.0.0.1]:80', '::ffff:10.0.0.1', 80],
    ['[64:ff9b::10.0.0.1]:80', '64:ff9b::10.0.0.1', 80],
  ])('%s', (text, host, port) => {
    expect(parseHostPort(text)).toEqual({ host, port })
    expect(addressFault(text)).toBeUndefined()
  })

  it.each([
    ['', 'is empty; write host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080'],
    ['[10.10.188:80]:80', '"[10.10.188:80]" is not an IPv6 address; write one in brackets, such as [2001:db8::1]'],
    ['[1:2]:80', '"[1:2]" is not an IPv6 address; write one in brackets, such as [2001:db8::1]'],
    ['[10.0.0.1]:80', 'brackets are for IPv6 addresses only; write 10.0.0.1 without them'],
    ['[::1]', 'the port is missing; write [::1]:80'],
    [
      '[::1',
      '"[::1" is not an IPv6 address and a port; write host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080',
    ],
    ['[fe80::1%eth0]:80', '"[fe80::1%eth0]" names a zone, which is not taken; write the address without "%…"'],
    ['[::1]:http', '"http" is not a port; write a number of 1 to 65535'],
    ['010.0.0.1:80', '"010.0.0.1" has leading zeros, which some programs read as octal numbers; write 10.0.0.1'],
    ['10.0.0.256:80', '"10.0.0.256" is not an IPv4 address; write four numbers of 0 to 255, such as 10.0.0.5'],
    ['10.10.188:80', '"10.10.188" is not an IPv4 address; write four numbers of 0 to 255, such as 10.0.0.5'],
    ['0x7f.1:80', '"0x7f.1" is not a host name; write letters, digits, "-" and ".", or an IP address'],
    ['10.0.0.1:99999', '"99999" is too large for a port; write a number of 1 to 65535'],
    ['10.0.0.1:000080', '"000080" has leading zeros; write 80'],
    ['10.0.0.1:0', 'port 0 leads nowhere; write a number of 1 to 65535'],
    ['10.0.0.1:http', '"http" is not a port; write a number of 1 to 65535'],
    ['10.0.0.1', 'the port is missing; write 10.0.0.1:80'],
    ['app.internal', 'the port is missing; write app.internal:80'],
    ['3000', '"3000" is only a port; write 127.0.0.1:3000'],
    [':3000', 'the host is missing; write 127.0.0.1:3000'],
    ['::1:9104', 'an IPv6 address stands in brackets; write [::1]:9104 (port 9104), or [::1:9104]:80 for port 80'],
    [
      '2001:db8::1:80808',
      '"2001:db8::1:80808" has more than one ":"; write host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080',
    ],
    ['2001:db8::abcd', 'an IPv6 address stands in brackets; write [2001:db8::abcd]:80'],
    ['a:b:c', '"a:b:c" has more than one ":"; write host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080'],
    [
      '10.0.0.0/8',
      '"10.0.0.0/8" is a range of addresses; write one: host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080',
    ],
    [
      '/run/app.sock',
      '"/run/app.sock" is a path; write host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080',
    ],
    [
      'http://10.0.0.1:80',
      '"http://10.0.0.1:80" is a URL; write only host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080',
    ],
    ['münchen.example:80', '"münchen.example" has letters outside ASCII; write xn--mnchen-3ya.example'],
    ['-a:80', '"-a" is not a host name; write letters, digits, "-" and ".", or an IP address'],
    ['a b:80', '"a b:80" has a space in it; write host:port, such as 10.0.0.5:3000, app.internal:80 or [::1]:8080'],
  ])('refuses %s', (text, fault) => {
    expect(parseHostPort(text)).toBeUndefined()
    expect(addressFault(text)).toBe(fault)
  })

  it.each([
    [':8080', 'the host is missing; write 0.0.0.0:8080'],
    ['8080', '"8080" is only a port; write 0.0.0.0:8080'],
    ['0.0.0.0', 'the port is missing; write 0.0.0.0:8080'],
    ['::', 'an IPv6 address stands in brackets; write [::]:8080'],
  ])('refuses to listen on %s', (text, fault) => expect(addressFault(text, 'listen')).toBe(fault))

  it('listens on port 0, which the system chooses', () => expect(addressFault('127.0.0.1:0', 'listen')).toBeUndefined())
})

describe('addresses and ranges', () => {
  it.each([
    ['::ffff:10.0.0.1', 4],
    ['::ffff:a00:1', 4],
    ['64:ff9b::169.254.169.254', 16],
    ['::10.0.0.1', 16],
    ['1:2:3:4:5:6:7:8', 16],
    ['1:2:3:4:5:6:10.0.0.1', 16],
  ])('%s', (text, length) => expect(addressBytes(text)).toHaveLength(length))

  it.each(['1:2', '10.10.188:80', '010.0.0.1', '::ffff:010.0.0.1', '10.0.0.1::', '1:2:3:4:5:6:7:10.0.0.1', ':1', ''])(
    'refuses the address %s',
    (text) => expect(addressBytes(text)).toBeUndefined(),
  )

  it('keeps the address that ends an IPv6 one', () => {
    expect(addressBytes('64:ff9b::169.254.169.254')?.slice(12)).toEqual(Uint8Array.of(169, 254, 169, 254))
  })

  it.each([
    ['10.0.0.0/8/16', '"10.0.0.0/8/16" has more than one "/"; write 10.0.0.0/8'],
    ['10.0.0.0/', '"10.0.0.0/" is not a range; after "/" write a number of 0 to 32'],
    ['10.0.0.0/08', '"10.0.0.0/08" is not a range; after "/" write a number of 0 to 32'],
    ['10.0.0.0/33', '"10.0.0.0/33" is not a range; after "/" write a number of 0 to 32'],
    ['fd00::/129', '"fd00::/129" is not a range; after "/" write a number of 0 to 128'],
    ['::ffff:10.0.0.0/104', '"::ffff:10.0.0.0/104" stands for an IPv4 range; write it as one, such as 10.0.0.0/24'],
    ['010.0.0.0/8', '"010.0.0.0/8" has leading zeros, which some programs read as octal numbers; write 10.0.0.0/8'],
    ['/8', '"/8" is not an IP address; write one or a CIDR range, such as 10.0.0.0/8, 192.168.1.7 or fd00::/8'],
    ['web', '"web" is not an IP address; write one or a CIDR range, such as 10.0.0.0/8, 192.168.1.7 or fd00::/8'],
  ])('refuses the range %s', (text, fault) => {
    expect(parseRange(text)).toBeUndefined()
    expect(rangeFault(text)).toBe(fault)
  })

  it.each(['10.0.0.0/8', '192.168.1.7', 'fd00::/8', '::1', '0.0.0.0/0'])('takes the range %s', (text) =>
    expect(rangeFault(text)).toBeUndefined(),
  )
})
