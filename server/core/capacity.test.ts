import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BackendLoad, canLoseOne } from './capacity.ts'

const load = (id: string, maxConnections: number, carriedPerSecond: number, available = true): BackendLoad => ({
  id,
  available,
  maxConnections,
  carriedPerSecond,
})
const peak = (inFlight: number, requestsPerSecond: number) => ({ inFlight, requestsPerSecond })

describe('can I lose one?', () => {
  it.each([
    ['nobody', [], peak(1, 1), 'no', 'No backend is available.'],
    ['one', [load('a', 0, 100)], peak(1, 1), 'no', 'a is the only available backend.'],
    [
      'one of two is down',
      [load('a', 0, 100), load('b', 0, 100, false)],
      peak(1, 1),
      'no',
      'a is the only available backend.',
    ],
    [
      'no traffic',
      [load('a', 0, 0), load('b', 0, 0)],
      peak(0, 0),
      'unknown',
      'There was no traffic in the last hour to judge by.',
    ],
    [
      'limits that suffice',
      [load('a', 100, 0), load('b', 60, 0), load('c', 50, 0)],
      peak(110, 900),
      'yes',
      'Without a the others take 110 requests at once, the peak of the last hour was 110.',
    ],
    [
      'limits that do not, though throughput would',
      [load('a', 100, 900), load('b', 60, 900), load('c', 50, 900)],
      peak(111, 900),
      'no',
      'Without a the others take 110 requests at once, the peak of the last hour was 111.',
    ],
    [
      'throughput seen',
      [load('a', 0, 400), load('b', 0, 300), load('c', 0, 350)],
      peak(12, 640),
      'yes',
      'Without a the others have carried 650 requests/s, the peak of the last hour was 640.',
    ],
    [
      'throughput never seen is no proof',
      [load('a', 0, 400), load('b', 10, 300)],
      peak(12, 640),
      'unknown',
      'Without a the others have carried 300 requests/s, the peak of the last hour was 640. ' +
        'They may carry more than they were ever asked to; set maxConnections to get a firm answer.',
    ],
  ] as const)('%s', (_, backends, at, verdict, sentence) => {
    expect(canLoseOne(backends, at)).toMatchObject({ verdict, sentence })
  })

  it('never turns from yes to no when a backend is added or the peak falls', () => {
    const backend = fc.record({
      id: fc.string(),
      available: fc.boolean(),
      maxConnections: fc.integer({ min: 1, max: 500 }),
      carriedPerSecond: fc.nat(1000),
    })
    fc.assert(
      fc.property(
        fc.array(backend, { maxLength: 8 }),
        backend,
        fc.nat(2000),
        fc.nat(2000),
        (list, more, high, less) => {
          if (canLoseOne(list, peak(high + 1, 1)).verdict !== 'yes') return
          expect(canLoseOne([...list, more], peak(high + 1, 1)).verdict).toBe('yes')
          expect(canLoseOne(list, peak(Math.max(1, high - less), 1)).verdict).toBe('yes')
        },
      ),
    )
  })
})
