import { describe, expect, it } from 'vitest'
import { failOpenPolicy, failOpenWords } from '../../shared/fail-open.ts'
import { chooseCandidates, type Member } from './candidates.ts'

type Health = 'healthy' | 'unhealthy' | 'unknown'
function member(
  id: string,
  health: Health,
  over: Partial<Member> & { ejected?: boolean; weight?: number } = {},
): Member {
  const { ejected = false, weight = 1, ...rest } = over
  const ref = {
    slot: Number(id.replace(/\D/g, '')),
    id,
    weight,
    maxConnections: 0,
    pool: 'app',
    at: { addresses: ['10.0.0.1'], problem: '' },
    port: 1,
    address: 'h:1',
  }
  return { ref, adminState: 'active', backup: false, fact: { health, ejected }, ...rest }
}
const byDefault = failOpenPolicy({})
const never = failOpenPolicy({ failOpen: false })
const ids = (set: ReturnType<typeof chooseCandidates>) => set.candidates.map((candidate) => candidate.id)

describe('candidates of a pool', () => {
  it('are the healthy ones; each of the others has its reason', () => {
    const set = chooseCandidates(
      [
        member('b1', 'healthy'),
        member('b2', 'healthy'),
        member('b3', 'unhealthy'),
        member('b4', 'healthy', { adminState: 'draining' }),
        member('b5', 'healthy', { adminState: 'disabled' }),
        member('b6', 'healthy', { weight: 0 }),
        member('b7', 'unknown'),
        member('b8', 'healthy', { backup: true }),
      ],
      byDefault,
    )
    expect(ids(set)).toEqual(['b1', 'b2'])
    expect(Object.fromEntries(set.leftOut.map((entry) => [entry.backend.id, entry.because]))).toEqual({
      b3: 'unhealthy',
      b4: 'draining',
      b5: 'disabled',
      b6: 'weight-0',
      b7: 'unknown',
      b8: 'backup',
    })
    expect(set.openBy).toBeUndefined()
  })

  it('are the backups when no other is available', () => {
    const set = chooseCandidates([member('b1', 'unhealthy'), member('b2', 'healthy', { backup: true })], byDefault)
    expect(ids(set)).toEqual(['b2'])
    expect(set.openBy).toBeUndefined()
  })

  it('are the last healthy one alone, however many are dead', () => {
    for (let dead = 1; dead < 10; dead++) {
      const lost = Array.from({ length: dead }, (_, index) => member(`b${index + 2}`, 'unhealthy'))
      const set = chooseCandidates([member('b1', 'healthy'), ...lost], byDefault)
      expect(ids(set)).toEqual(['b1'])
      expect(set.openBy).toBeUndefined()
    }
  })

  it('are all of them, backups and newcomers too, when nobody is healthy', () => {
    const set = chooseCandidates(
      [
        member('b1', 'unhealthy'),
        member('b2', 'healthy', { ejected: true }),
        member('b3', 'unhealthy', { backup: true }),
        member('b4', 'unknown'),
        member('b5', 'unhealthy', { adminState: 'draining' }),
        member('b6', 'unhealthy', { adminState: 'disabled' }),
        member('b7', 'unhealthy', { weight: 0 }),
      ],
      byDefault,
    )
    expect(ids(set)).toEqual(['b1', 'b2', 'b3', 'b4'])
    expect(set.openBy).toBe('nobody-healthy')
  })

  it('are nobody when nobody is healthy and failing open is off', () => {
    const set = chooseCandidates([member('b1', 'unhealthy'), member('b2', 'unhealthy')], never)
    expect(ids(set)).toEqual([])
    expect(set.openBy).toBeUndefined()
    expect(set.leftOut.map(({ because }) => because)).toEqual(['unhealthy', 'unhealthy'])
  })

  it('are all that were ever probed when fewer than the panic threshold are available', () => {
    const few = [member('b1', 'healthy'), member('b2', 'unhealthy'), member('b3', 'unhealthy'), member('b4', 'unknown')]
    const set = chooseCandidates(few, { failOpen: true, panicThreshold: 50 })
    expect(ids(set)).toEqual(['b1', 'b2', 'b3'])
    expect(set.openBy).toBe('below-threshold')
    expect(ids(chooseCandidates(few, { failOpen: false, panicThreshold: 50 }))).toEqual(['b1'])
  })

  it('stay the healthy ones at exactly the threshold', () => {
    const half = [member('b1', 'healthy'), member('b2', 'unhealthy')]
    expect(ids(chooseCandidates(half, { failOpen: true, panicThreshold: 50 }))).toEqual(['b1'])
  })

  it('never panics because of backends that were just added', () => {
    const added = Array.from({ length: 12 }, (_, index) => member(`n${index + 10}`, 'unknown'))
    const pool = [member('b1', 'healthy'), member('b2', 'healthy'), ...added]
    const set = chooseCandidates(pool, { failOpen: true, panicThreshold: 50 })
    expect(ids(set)).toEqual(['b1', 'b2'])
    expect(set.openBy).toBeUndefined()
  })

  it('are everybody at the start, when nobody has been probed, without calling it failing open', () => {
    const set = chooseCandidates([member('b1', 'unknown'), member('b2', 'unknown')], byDefault)
    expect(ids(set)).toEqual(['b1', 'b2'])
    expect(set.openBy).toBeUndefined()
    expect(ids(chooseCandidates([member('b1', 'unknown'), member('b2', 'unknown')], never))).toEqual([])
  })

  it('never empties a pool of one by health, even where failing open is off', () => {
    const set = chooseCandidates([member('b1', 'unhealthy')], never)
    expect(ids(set)).toEqual(['b1'])
    expect(set.openBy).toBe('nobody-healthy')
  })

  it('leave ejected ones out', () => {
    const set = chooseCandidates([member('b1', 'healthy', { ejected: true }), member('b2', 'healthy')], byDefault)
    expect(ids(set)).toEqual(['b2'])
    expect(set.leftOut[0]?.because).toBe('ejected')
  })

  it('is empty for an empty pool', () => {
    expect(chooseCandidates([], byDefault)).toEqual({
      candidates: [],
      leftOut: [],
      keeping: [],
      openBy: undefined,
    })
  })
})

describe('what a pool says of failing open', () => {
  it.each([
    [{}, { failOpen: true, panicThreshold: 0 }],
    [{ failOpen: true }, { failOpen: true, panicThreshold: 0 }],
    [{ failOpen: false }, { failOpen: false, panicThreshold: 0 }],
    [{ panicThreshold: 30 }, { failOpen: true, panicThreshold: 30 }],
    // As configurations had it before there was failOpen: never.
    [{ panicThreshold: 0 }, { failOpen: false, panicThreshold: 0 }],
    [
      { panicThreshold: 0, failOpen: true },
      { failOpen: true, panicThreshold: 0 },
    ],
    [
      { panicThreshold: 50, failOpen: false },
      { failOpen: false, panicThreshold: 50 },
    ],
  ])('%o', (written, meant) => expect(failOpenPolicy(written)).toEqual(meant))

  it('has words for each rule', () => {
    expect(failOpenWords('nobody-healthy')).toBe('no backend is healthy, so all are tried')
    expect(failOpenWords('below-threshold')).toContain('panic threshold')
  })
})
