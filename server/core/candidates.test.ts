import { describe, expect, it } from 'vitest'
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
    host: 'h',
    port: 1,
    address: 'h:1',
  }
  return { ref, adminState: 'active', backup: false, fact: { health, ejected }, ...rest }
}
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
      50,
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
    expect(set.failingOpen).toBe(false)
  })

  it('are the backups when no other is available', () => {
    const set = chooseCandidates([member('b1', 'unhealthy'), member('b2', 'healthy', { backup: true })], 50)
    expect(ids(set)).toEqual(['b2'])
    expect(set.failingOpen).toBe(false)
  })

  it('are all of them when fewer than the panic threshold are available', () => {
    const set = chooseCandidates([member('b1', 'healthy'), member('b2', 'unhealthy'), member('b3', 'unhealthy')], 50)
    expect(ids(set)).toEqual(['b1', 'b2', 'b3'])
    expect(set.failingOpen).toBe(true)
  })

  it('stay the healthy ones at exactly the threshold, and with threshold 0', () => {
    expect(ids(chooseCandidates([member('b1', 'healthy'), member('b2', 'unhealthy')], 50))).toEqual(['b1'])
    expect(ids(chooseCandidates([member('b1', 'unhealthy'), member('b2', 'unhealthy')], 0))).toEqual([])
  })

  it('never panics because of backends that were just added', () => {
    const added = Array.from({ length: 12 }, (_, index) => member(`n${index + 10}`, 'unknown'))
    const set = chooseCandidates([member('b1', 'healthy'), member('b2', 'healthy'), ...added], 50)
    expect(ids(set)).toEqual(['b1', 'b2'])
    expect(set.failingOpen).toBe(false)
  })

  it('are everybody at the start, when nobody has been probed, without calling it failing open', () => {
    const set = chooseCandidates([member('b1', 'unknown'), member('b2', 'unknown')], 50)
    expect(ids(set)).toEqual(['b1', 'b2'])
    expect(set.failingOpen).toBe(false)
  })

  it('never empties a pool of one by health, even without a panic rule', () => {
    const set = chooseCandidates([member('b1', 'unhealthy')], 0)
    expect(ids(set)).toEqual(['b1'])
    expect(set.failingOpen).toBe(true)
  })

  it('leave ejected ones out', () => {
    const set = chooseCandidates([member('b1', 'healthy', { ejected: true }), member('b2', 'healthy')], 50)
    expect(ids(set)).toEqual(['b2'])
    expect(set.leftOut[0]?.because).toBe('ejected')
  })

  it('is empty for an empty pool', () => {
    expect(chooseCandidates([], 50)).toEqual({ candidates: [], leftOut: [], keeping: [], failingOpen: false })
  })
})
