import { describe, expect, it } from 'vitest'
import type { SimulationReport } from '../../../shared/api/simulation.ts'
import { figures, headline, movesSentence, shareRows } from './simulation-words.ts'

const report = (shares: Record<string, number>, over: Partial<SimulationReport> = {}): SimulationReport => ({
  requests: 1000,
  refused: 0,
  backends: Object.entries(shares).map(([id, share]) => ({ id, share, requests: share * 1000, peakInFlight: 1 })),
  imbalance: 1,
  queueing: { requests: 0, meanMs: 0, maxMs: 0 },
  latency: { p50: 10, p95: 100, p99: 200 },
  ...over,
})
const even = report({ a: 0.5, b: 0.5 })

describe('the simulation in words', () => {
  it('says first what changes most', () => {
    const changed = report({ a: 0.75, b: 0.25 }, { latency: { p50: 10, p95: 60, p99: 200 } })
    expect(headline({ baseline: even, changed })).toBe(
      'p95 would be 60 ms instead of 100 ms; a would get 75 % instead of 50 %.',
    )
    expect(headline({ baseline: even, changed: even })).toBe('p95 stays at about 100 ms; the shares stay as they are.')
    const refused = report({ a: 0.5, b: 0.4 }, { refused: 100 })
    expect(headline({ baseline: even, changed: refused })).toContain('100 requests would be refused')
  })

  it('keeps a row for a backend that would be gone', () => {
    expect(shareRows({ baseline: even, changed: report({ b: 1 }) })).toEqual([
      { id: 'a', before: 0.5, after: 0, gone: true },
      { id: 'b', before: 0.5, after: 1, gone: false },
    ])
  })

  it('calls a figure better, worse or the same', () => {
    const changed = report({}, { latency: { p50: 5, p95: 101, p99: 700 }, refused: 3 })
    const list = figures({ baseline: even, changed })
    expect(list.map(({ label, verdict, difference }) => [label, verdict, difference])).toEqual([
      ['p50', 'better', '−50 %'],
      ['p95', 'same', 'same'],
      ['p99', 'worse', '× 3.5'],
      ['Imbalance', 'same', ''],
      ['Waited', 'same', ''],
      ['Refused', 'worse', ''],
    ])
  })

  it('tells of moves only where clients stay with a backend', () => {
    const moves = { clients: 200, moved: 50, share: 0.25, keys: null }
    expect(movesSentence(null, false, false)).toBeUndefined()
    expect(movesSentence(null, false, true)).toContain('always meets the same backend')
    expect(movesSentence(null, true, false)).toContain('no longer')
    expect(movesSentence(moves, true, true)).toBe('50 of 200 clients (25 %) would find another backend.')
    const keys = { on: 'uri', clients: 10, moved: 3, share: 0.3 }
    expect(movesSentence({ ...moves, keys }, true, true)).toContain('3 of 10 different values of uri (30 %)')
  })
})
