import { describe, expect, it } from 'vitest'
import { configSchema } from '../../shared/config/config.ts'
import { compile } from './compile.ts'
import { type Fact, NO_SLOT } from './snapshot.ts'
import { createStrategy } from './strategies/registry.ts'

const HEALTHY: Fact = { health: 'healthy', ejected: false }
const now = 100_000

function pool(over: object, facts: Record<string, Partial<Fact>> = {}, backends: object[] = []) {
  const members = ['b1', 'b2', 'b3'].map((id, index) => ({ id, address: `10.0.0.${index + 1}:80`, ...backends[index] }))
  const config = configSchema.parse({ pools: [{ id: 'app', backends: members, ...over }] })
  const snapshot = compile({
    revision: 7,
    config,
    slotOf: (_, id) => Number(id.slice(1)) + 1,
    waySlot: () => NO_SLOT,
    addressesOf: (host) => ({ addresses: [host], problem: '' }),
    factOf: (slot) => ({ ...HEALTHY, ...facts[`b${slot - 1}`] }),
    strategyOf: ({ strategy }) =>
      createStrategy(strategy, { numbers: { inFlight: () => 0 }, clock: { now: () => now }, random: () => 0 }),
    stickyValueOf: (name, id) => `${name}:${id}`,
    now,
  })
  const [compiled] = snapshot.pools
  if (compiled === undefined) throw new Error('no pool')
  return compiled
}
const weights = (compiled: ReturnType<typeof pool>) => compiled.candidates.map(({ id, weight }) => [id, weight])

describe('weights in the snapshot', () => {
  it('rise from a tenth to the whole while a backend starts slowly', () => {
    const start = (since: number) => ({ b2: { slowStart: { since, lengthMs: 10_000 } } })
    const heavy = [{}, { weight: 4 }]
    expect(weights(pool({}, start(now), heavy))).toEqual([
      ['b1', 1],
      ['b2', 0.4],
      ['b3', 1],
    ])
    expect(pool({}, start(now), heavy).warming).toBe(true)
    expect(weights(pool({}, start(now - 5000), heavy))[1]).toEqual(['b2', 2.2])
    const over = pool({}, start(now - 10_000), heavy)
    expect([over.warming, weights(over)[1]]).toEqual([false, ['b2', 4]])
  })

  it.each(['hash', 'first'])('do not move under %s', (type) => {
    const compiled = pool({ strategy: { type } }, { b2: { slowStart: { since: now, lengthMs: 10_000 } } })
    expect([compiled.warming, weights(compiled)[1]]).toEqual([false, ['b2', 1]])
  })

  it('follow what an agent wants, down to nothing', () => {
    const said = (share: number, state: 'ready' | 'drain' | 'maint' | 'down' = 'ready') => ({
      b1: { agent: { state, share } },
    })
    expect(weights(pool({}, said(0.5)))[0]).toEqual(['b1', 0.5])
    expect(pool({}, said(0)).leftOut).toMatchObject([{ because: 'weight-0' }])
    expect(pool({}, said(1, 'drain')).leftOut).toMatchObject([{ because: 'draining' }])
    expect(pool({}, said(1, 'maint')).leftOut).toMatchObject([{ because: 'disabled' }])
    expect(pool({}, said(1, 'down')).leftOut).toMatchObject([{ because: 'unhealthy' }])
  })
})

describe('sticky sessions in the snapshot', () => {
  const sticky = { sticky: { type: 'cookie', name: 'lb', ttl: '90s' } }
  const bound = (compiled: ReturnType<typeof pool>) =>
    [...(compiled.sticky?.bound.values() ?? [])].map(({ id }) => id).sort()

  it('are not there unless they are asked for', () => {
    expect(pool({}).sticky).toBeUndefined()
    expect(pool(sticky).sticky).toMatchObject({ name: 'lb', ttlSeconds: 90, secure: false })
    expect(pool(sticky).sticky?.attributes).toBe('; Path=/; Max-Age=90; HttpOnly; SameSite=Lax')
    const shared = { type: 'cookie', sameSite: 'none', path: '/shop', domain: '.Example.com' }
    expect(pool({ sticky: shared }).sticky).toMatchObject({
      secure: true,
      attributes: '; Path=/shop; Domain=example.com; HttpOnly; SameSite=None',
    })
    expect(pool({ sticky: { type: 'cookie', sameSite: 'strict' } }).sticky?.attributes).toMatch(/SameSite=Strict$/)
    expect(pool(sticky).sticky?.values.get(2)).toBe('app:b1')
  })

  it.each([
    ['draining', {}, [{ adminState: 'draining' }], ['b1', 'b2', 'b3']],
    ['weight 0', {}, [{ weight: 0 }], ['b1', 'b2', 'b3']],
    ['a backup', {}, [{ backup: true }], ['b1', 'b2', 'b3']],
    ['draining by its agent', { b1: { agent: { state: 'drain', share: 1 } } }, [], ['b1', 'b2', 'b3']],
    ['disabled', {}, [{ adminState: 'disabled' }], ['b2', 'b3']],
    ['unhealthy', { b1: { health: 'unhealthy' } }, [], ['b2', 'b3']],
    ['draining and unhealthy', { b1: { health: 'unhealthy' } }, [{ adminState: 'draining' }], ['b2', 'b3']],
    ['ejected', { b1: { ejected: true } }, [], ['b2', 'b3']],
  ] as [string, Record<string, Partial<Fact>>, object[], string[]][])(
    'lead back to one that is %s only if it may still answer',
    (_, facts, backends, expected) => {
      const compiled = pool(sticky, facts, backends)
      expect(bound(compiled)).toEqual(expected)
      expect(compiled.candidates.map(({ id }) => id)).toEqual(['b2', 'b3'])
    },
  )
})
