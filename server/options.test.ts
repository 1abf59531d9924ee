import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adminUrl, readOptions } from './options.ts'

const read = (argv: string[], environment: Record<string, string> = {}) => {
  const answer = readOptions(argv, environment, '1.2.3')
  if (!('options' in answer)) throw new Error(answer.text)
  return answer.options
}

describe('options', () => {
  it.each([
    ['/', ''],
    ['/lb', '/lb'],
    ['/lb/', '/lb'],
    ['/tools/lb.v2//', '/tools/lb.v2'],
  ])('take the path %s', (path, expected) => {
    expect(read(['--admin-path', path]).adminPath).toBe(expected)
    expect(read([], { EVENKEEL_ADMIN_PATH: path }).adminPath).toBe(expected)
  })

  it.each(['lb', '/../lb', '/a//b', '/a b', '/"><script>', '/.hidden', '/%6cb', 'http://x/lb'])(
    'refuse the path %s',
    (path) => {
      const answer = readOptions(['--admin-path', path], {}, '1.0.0')
      expect('text' in answer && answer.text).toContain('write a path such as /lb/')
    },
  )

  it('have defaults', () => {
    expect(read([])).toEqual({
      data: './data',
      admin: { host: '127.0.0.1', port: 7070 },
      adminHosts: [],
      adminPath: '',
      workers: availableParallelism(),
      config: undefined,
      adminPassword: undefined,
      adminToken: undefined,
      logLevel: 'info',
      nameServers: [],
      allowedAddresses: [],
      demo: false,
    })
  })

  it('take lists of name servers and of addresses, and refuse what is neither', () => {
    expect(read(['--name-server', '127.0.0.1:8600,10.0.0.2', '--name-server', '[::1]:53']).nameServers).toEqual([
      '127.0.0.1:8600',
      '10.0.0.2',
      '[::1]:53',
    ])
    expect(read([], { EVENKEEL_ALLOW_ADDRESSES: '169.254.10.0/24, fd00:ec2::254' }).allowedAddresses).toEqual([
      '169.254.10.0/24',
      'fd00:ec2::254',
    ])
    expect(() => read(['--name-server', 'ns.example'])).toThrow('write the IP address of a name server')
    expect(() => read(['--allow-address', '169.254.0.0/99'])).toThrow('write an IP address or a range')
  })

  it('come from the flag, else the environment', () => {
    const environment = { EVENKEEL_DATA: '/e', EVENKEEL_WORKERS: '3', EVENKEEL_ADMIN: '[::1]:80', EVENKEEL_DEMO: '1' }
    expect(read(['--workers', '5'], environment)).toMatchObject({
      data: '/e',
      workers: 5,
      admin: { host: '::1', port: 80 },
      demo: true,
    })
    expect(read(['--admin-host', 'a,B', '--admin-host', 'c']).adminHosts).toEqual(['a', 'b', 'c'])
    expect(read([], { EVENKEEL_ADMIN_HOSTS: 'x y', EVENKEEL_DATA: '', EVENKEEL_DEMO: '0' })).toMatchObject({
      adminHosts: ['x', 'y'],
      data: './data',
      demo: false,
    })
  })

  it.each([
    [['--admin', 'nonsense'], {}, /--admin.*write HOST:PORT/],
    [['--workers', '0'], {}, /write a number from 1 to 256/],
    [[], { EVENKEEL_WORKERS: 'many' }, /EVENKEEL_WORKERS/],
    [['--log-level', 'loud'], {}, /Allowed choices/],
    [['--nope'], {}, /unknown option/],
    [['stray'], {}, /too many arguments/],
    [[], { EVENKEEL_ADMIN_PASSWORD: 'short' }, /at least 10/],
    [[], { EVENKEEL_ADMIN_TOKEN: 'short' }, /at least 16/],
    [[], { EVENKEEL_ADMIN_TOKEN_FILE: '/no/such/file' }, /cannot be read/],
  ] as [string[], Record<string, string>, RegExp][])(
    '%j %j is one clear line and code 2',
    (argv, environment, words) => {
      const answer = readOptions(argv, environment, '1')
      if ('options' in answer) throw new Error('accepted')
      expect(answer.exit).toBe(2)
      expect(answer.text).toMatch(words)
      expect(answer.text.trim().split('\n')).toHaveLength(1)
    },
  )

  it('print help and version without failing', () => {
    expect(readOptions(['--version'], {}, '1.2.3')).toEqual({ exit: 0, text: '1.2.3\n' })
    const help = readOptions(['--help'], {}, '1')
    expect('text' in help && help.text).toContain('EVENKEEL_ADMIN_TOKEN_FILE')
  })

  it('take secrets from files, first line only', () => {
    const directory = mkdtempSync(join(tmpdir(), 'evenkeel-'))
    const file = join(directory, 'secret')
    writeFileSync(file, 'a long password\nsecond line\n')
    expect(read([], { EVENKEEL_ADMIN_PASSWORD_FILE: file }).adminPassword).toBe('a long password')
    rmSync(directory, { recursive: true })
  })

  it('show an address that can be opened', () => {
    expect(adminUrl({ host: '0.0.0.0', port: 7070 })).toBe('http://localhost:7070')
    expect(adminUrl({ host: '::1', port: 7070 })).toBe('http://[::1]:7070')
  })
})
