import { expect, test } from 'vitest'
import { type ConfigDocument, configSchema } from '../../shared/config/config.ts'
import { touchedPools } from './touched-pools.ts'

const document = () =>
  ({
    version: 1,
    listeners: [
      { id: 'web', bind: '0.0.0.0:80' },
      { id: 'inner', bind: '127.0.0.1:81' },
    ],
    routes: [
      { id: 'shop', listener: 'web', match: { host: 'shop.test' }, action: { type: 'forward', pool: 'shop' } },
      { id: 'rest', listener: 'inner', action: { type: 'forward', pool: 'app' } },
    ],
    pools: [
      { id: 'app', backends: [{ id: 'a1', address: '10.0.0.1:80' }] },
      { id: 'shop', backends: [{ id: 's1', address: '10.0.0.2:80' }] },
    ],
    settings: {},
  }) satisfies ConfigDocument

type Document = ReturnType<typeof document>

test.each<[string, (document: Document) => object, string[]]>([
  ['nothing', () => ({}), []],
  [
    'a weight',
    ({ pools: [app, shop] }) => ({ pools: [{ ...app, backends: [{ ...app?.backends[0], weight: 3 }] }, shop] }),
    ['app'],
  ],
  ['a strategy', ({ pools: [app, shop] }) => ({ pools: [app, { ...shop, strategy: { type: 'random' } }] }), ['shop']],
  ['a new pool', ({ pools }) => ({ pools: [...pools, { id: 'new' }] }), ['new']],
  ['a removed pool', ({ pools: [app], routes: [, rest] }) => ({ pools: [app], routes: [rest] }), ['shop']],
  [
    'a route that leads elsewhere',
    ({ routes: [shop, rest] }) => ({ routes: [{ ...shop, action: { type: 'forward', pool: 'app' } }, rest] }),
    ['app', 'shop'],
  ],
  ['a listener', ({ listeners: [web] }) => ({ listeners: [web, { id: 'inner', bind: '127.0.0.1:82' }] }), ['app']],
  ['the order of pools alone', ({ pools }) => ({ pools: pools.toReversed() }), []],
  ['how long history is kept', () => ({ settings: { retention: { seconds10: '2h' } } }), []],
  ['a common setting', () => ({ settings: { drain: '10s' } }), ['app', 'shop']],
])('%s touches the right pools', (_, edit, expected) => {
  const before = document()
  const after = { ...before, ...edit(document()) }
  expect(touchedPools(configSchema.parse(before), configSchema.parse(after))).toEqual(expected)
})
