import { describe, expect, it } from 'vitest'
import { createAddressPolicy } from '../../shared/address-policy.ts'
import { configSchema } from '../../shared/config/config.ts'
import { checkDocument, parseWhole } from './checked-config.ts'

const at = (...addresses: string[]) => ({
  pools: [{ id: 'app', backends: addresses.map((address, index) => ({ id: `b${index}`, address })) }],
})
const none = configSchema.parse({})

describe('a configuration document', () => {
  it.each([
    '169.254.169.254:80',
    '100.100.100.200:80',
    '168.63.129.16:8080',
    '[fd00:ec2::254]:80',
    '[::ffff:a9fe:a9fe]:80',
    '[64:ff9b::a9fe:a9fe]:80',
  ])('may not name %s as a backend', (address) => {
    const checked = checkDocument(at('10.0.0.1:80', address), none, createAddressPolicy())
    expect(checked).toEqual({
      issues: [{ path: 'pools.0.backends.1.address', message: expect.stringContaining('cloud metadata address') }],
    })
    expect(() => parseWhole(at(address), none, createAddressPolicy())).toThrow(
      /^pools\.0\.backends\.0\.address: .* only when Evenkeel is started with --allow-address \S+\. Nothing has changed\.$/,
    )
  })

  it('may where the process has leave, and names are judged when they are resolved', () => {
    expect(checkDocument(at('169.254.10.7:80'), none, createAddressPolicy(['169.254.10.0/24']))).toHaveProperty(
      'config',
    )
    expect(checkDocument(at('metadata.google.internal:80'), none, createAddressPolicy())).toHaveProperty('config')
  })

  it('may keep what is in force already, so that other changes are possible, but get no more', () => {
    const policy = createAddressPolicy()
    const before = configSchema.parse(at('169.254.169.254:80'))
    expect(checkDocument(at('169.254.169.254:80', '10.0.0.1:80'), before, policy)).toHaveProperty('config')
    expect(checkDocument(at('169.254.169.254:81'), before, policy)).toHaveProperty('issues')
    const elsewhere = { pools: [...before.pools, { ...at('169.254.169.254:80').pools[0], id: 'other' }] }
    expect(checkDocument(elsewhere, before, policy)).toHaveProperty('issues')
  })
})
