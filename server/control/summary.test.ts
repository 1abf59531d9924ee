import { describe, expect, it } from 'vitest'
import { type ConfigDocument, configSchema } from '../../shared/config/config.ts'
import { smallDocument } from '../testing/admin-world.ts'
import { summarise } from './summary.ts'

function change(edit: (document: ConfigDocument & { pools: NonNullable<ConfigDocument['pools']> }) => void): string {
  const document = smallDocument() as Parameters<typeof edit>[0]
  const before = configSchema.parse(document)
  edit(document)
  return summarise(before, configSchema.parse(document))
}

const pool = (document: { pools: NonNullable<ConfigDocument['pools']> }) => {
  const [first] = document.pools
  if (!first?.backends) throw new Error('no pool')
  return first as typeof first & { backends: NonNullable<typeof first.backends> }
}

describe('a change in words', () => {
  it.each([
    ['app: added app-3', (d) => void pool(d).backends.push({ id: 'app-3', address: 'a:1' })],
    ['app: removed app-1', (d) => void pool(d).backends.shift()],
    ['app / app-2: weight 2 → 3', (d) => void Object.assign(pool(d).backends[1] as object, { weight: 3 })],
    [
      'app: strategy round-robin → least-connections',
      (d) => void Object.assign(pool(d), { strategy: { type: 'least-connections' } }),
    ],
    ['app: health check tcp → http', (d) => void Object.assign(pool(d), { healthCheck: { type: 'http' } })],
    [
      'app: health check interval 5s → 10s',
      (d) => void Object.assign(pool(d), { healthCheck: { type: 'tcp', interval: '10s' } }),
    ],
    ['app: retry attempts 1 → 3', (d) => void Object.assign(pool(d), { retry: { attempts: 3 } })],
    ['app: backends reordered', (d) => void pool(d).backends.reverse()],
    ['added pool api', (d) => void d.pools.push({ id: 'api' })],
    [
      'listener web: bind 127.0.0.1:8080 → 127.0.0.1:9090',
      (d) => void Object.assign(d, { listeners: [{ id: 'web', bind: '127.0.0.1:9090' }] }),
    ],
    ['settings: drain 30s → 1m', (d) => void Object.assign(d, { settings: { drain: '1m' } })],
    ['nothing in force changed', (d) => void Object.assign(pool(d), { drain: '30s' })],
  ] as [string, Parameters<typeof change>[0]][])('%s', (words, edit) => {
    expect(change(edit)).toBe(words)
  })

  it('stays short', () => {
    const many = change((d) => {
      for (let n = 0; n < 40; n++) pool(d).backends.push({ id: `b${n}`, address: 'a:1' })
    })
    expect(many).toBe('app: added b0, b1 and 38 more')
  })
})
