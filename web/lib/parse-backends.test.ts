import { describe, expect, it } from 'vitest'
import { parseBackends } from './parse-backends.ts'

describe('addresses as people paste them', () => {
  it.each([
    ['10.0.0.5:3000', { address: '10.0.0.5:3000' }],
    ['app.internal:80,', { address: 'app.internal:80' }],
    ['[::1]:8080', { address: '[::1]:8080' }],
    ['http://10.0.0.5:3000/path', { address: '10.0.0.5:3000' }],
    ['http://app.internal', { address: 'app.internal:80' }],
    ['  server 10.0.0.1:8080 weight=3 max_fails=2;', { address: '10.0.0.1:8080', weight: 3 }],
    ['server 10.0.0.1 backup;', { address: '10.0.0.1:80', backup: true }],
    ['server web1 192.168.0.4:80 check weight 5', { address: '192.168.0.4:80', weight: 5 }],
    ['server app.example.com;', { address: 'app.example.com:80' }],
  ])('%s', (text, backend) => {
    expect(parseBackends(text)).toMatchObject([{ backend }])
  })

  it('skips comments and empty lines, and says what is wrong with the others by line', () => {
    const lines = parseBackends('# servers\n\n10.0.0.5:3000\nnonsense\nhttps://x.test\n10.0.0.5:3000 # again')
    expect(lines.map(({ line, fault }) => [line, fault !== undefined])).toEqual([
      [3, false],
      [4, true],
      [5, true],
      [6, true],
    ])
  })
})
