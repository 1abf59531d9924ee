import { describe, expect, it } from 'vitest'
import { createAddressPolicy } from './address-policy.ts'

const policy = createAddressPolicy()

describe('addresses that are not contacted', () => {
  it.each([
    // Link-local, and metadata services by what their clouds document.
    '169.254.169.254',
    '169.254.0.1',
    '169.254.170.2',
    '169.254.42.42',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    'fd00:ec2::254',
    'FD00:0EC2:0:0:0:0:0:254',
    'fd00:ec2::23',
    'fd20:ce::254',
    'fd00:42::42',
    // The same in the clothes of IPv6.
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::FFFF:100.100.100.200',
    '::169.254.169.254',
    '::a9fe:a9fe',
    '::a83f:8110',
    '::ffff:0:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b::c000:c0',
    '64:ff9b:1:a9fe:a9:fe00::',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '2002:a83f:8110::',
    '2001:0:a9fe:a9fe::1',
    '2001::5601:5601',
    '2001:db8::5efe:a9fe:a9fe',
    'fd12::200:5efe:169.254.169.254',
  ])('%s', (ip) => expect(policy.refusal(ip)).toContain(`${ip} is a link-local or cloud metadata address`))

  it.each([
    '10.0.0.5',
    '127.0.0.1',
    '192.168.169.254',
    '169.253.255.255',
    '169.255.0.0',
    '100.100.100.199',
    '192.0.0.191',
    '168.63.129.17',
    '0.0.0.0',
    '::',
    '::1',
    '::ffff:10.0.0.5',
    '::ffff:a00:5',
    'fec0::1',
    'fd00:ec3::254',
    'fd20:ce::253',
    '64:ff9b::a00:5',
    '2002:a00:5::1',
    '2001:db8::a9fe:a9fe',
    '2a00:1450::a9fe:a9fe',
    'metadata.google.internal',
    'app-169.254.169.254.example',
    '',
  ])('but %s may be', (ip) => expect(policy.refusal(ip)).toBeUndefined())

  it('are contacted when the process was started with leave to, in every spelling', () => {
    const lenient = createAddressPolicy(['169.254.0.0/16', 'fd00:ec2::254'])
    for (const ip of ['169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', 'fd00:ec2::254'])
      expect(lenient.refusal(ip)).toBeUndefined()
    for (const ip of ['168.63.129.16', 'fd00:ec2::23', 'fe80::1'])
      expect(lenient.refusal(ip)).toContain('--allow-address')
  })
})
