import { describe, expect, it } from 'vitest'
import { smallDocument } from '../testing/admin-world.ts'
import { addBackends, addItem, patchBackend, patchItem, removeBackend, removeItem, reorderRoutes } from './edits.ts'
import { mergePatch } from './merge-patch.ts'

const backends = (document: ReturnType<typeof smallDocument>) => document.pools?.[0]?.backends ?? []

describe('merge patch', () => {
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [[1, 2], { a: 'b' }, { a: 'b' }],
  ])('%j + %j', (target, patch, result) => expect(mergePatch(target, patch)).toEqual(result))

  it('refuses fields of the prototype', () => {
    expect(() => mergePatch({}, JSON.parse('{"a":{"__proto__":{"admin":true}}}'))).toThrow('__proto__')
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
})

describe('backends', () => {
  it('get names from the pool when they have none, after the highest and never one that still drains', () => {
    const document = addBackends(
      'app',
      [{ address: 'a:1' }, { id: 'x', address: 'b:1' }, { address: 'c:1' }],
      ['app-7'],
    )(smallDocument())
    expect(backends(document).map(({ id }) => id)).toEqual(['app-1', 'app-2', 'app-8', 'x', 'app-9'])
  })

  it('are changed and removed by name', () => {
    const patched = patchBackend('app', 'app-2', { weight: null, adminState: 'draining' })(smallDocument())
    expect(backends(patched)[1]).toEqual({ id: 'app-2', address: '127.0.0.1:3002', adminState: 'draining' })
    expect(backends(removeBackend('app', 'app-1')(smallDocument()))).toHaveLength(1)
  })

  it('refuse names that lead nowhere or are taken', () => {
    expect(() => removeBackend('app', 'nope')(smallDocument())).toThrow('no backend')
    expect(() => removeBackend('nope', 'app-1')(smallDocument())).toThrow('no pool')
    expect(() => addBackends('app', [{ id: 'app-1', address: 'a:1' }])(smallDocument())).toThrow('already')
  })
})

describe('pools, listeners and routes', () => {
  it('keep what refers to them when renamed', () => {
    const document = patchItem('pools', 'app', { id: 'shop' })(
      patchItem('listeners', 'web', { id: 'front' })(smallDocument()),
    )
    expect(document.routes?.[0]).toMatchObject({ listener: 'front', action: { pool: 'shop' } })
  })

  it('are not removed while routes use them', () => {
    expect(() => removeItem('pools', 'app')(smallDocument())).toThrow('used by route "default"')
    expect(() => removeItem('listeners', 'web')(smallDocument())).toThrow('used by route "default"')
    expect(removeItem('pools', 'app')(removeItem('routes', 'default')(smallDocument())).pools).toEqual([])
  })

  it('are put where asked', () => {
    const route = { id: 'api', listener: 'web', action: { type: 'forward' as const, pool: 'app' } }
    const document = addItem('routes', route, 0)(smallDocument())
    expect(document.routes?.map(({ id }) => id)).toEqual(['api', 'default'])
    expect(reorderRoutes(['default', 'api'])(document).routes?.map(({ id }) => id)).toEqual(['default', 'api'])
    expect(() => reorderRoutes(['default', 'default'])(document)).toThrow('exactly once')
  })
})
