import { describe, expect, it } from 'vitest'
import { seededRandom } from './clock.ts'
import { decideRetry } from './retry-policy.ts'
import { RetryWindow, WINDOW_ROW } from './retry-window.ts'

const ROWS = 3
const ROW = 1

function threads(count: number): RetryWindow[] {
  const memory = new Int32Array(count * ROWS * WINDOW_ROW)
  return Array.from({ length: count }, (_, thread) => new RetryWindow(memory, ROWS, thread))
}

/** A reset of a GET that had been sent: may it be tried again now? Counts it when it may. */
function retries(window: RetryWindow, nowMs: number, attempts = 1, maxRetries = 1): boolean {
  window.look(ROW, nowMs)
  const { retry } = decideRetry({
    failure: { kind: 'reset', side: 'backend', stage: 'sent' },
    status: 0,
    method: 'GET',
    body: 'none',
    attempts,
    maxRetries,
    retryOn: [],
    candidates: true,
    poolRequests: window.requests,
    poolRetries: window.retries,
  })
  if (retry) window.countRetry(ROW, nowMs)
  return retry
}

describe('the window', () => {
  it('adds up what all threads have counted in the second in progress and the nine before it', () => {
    const [one, two] = threads(2) as [RetryWindow, RetryWindow]
    const seen = (nowMs: number) => {
      two.look(ROW, nowMs)
      return [two.requests, two.retries]
    }
    one.countRequest(ROW, 500)
    two.countRequest(ROW, 1500)
    two.countRetry(ROW, 1500)
    expect(seen(1999)).toEqual([2, 1])
    expect(seen(9999)).toEqual([2, 1])
    expect(seen(10_000)).toEqual([1, 1])
    expect(seen(11_000)).toEqual([0, 0])
    one.countRequest(ROW, 11_200)
    expect(seen(11_500)).toEqual([1, 0])
    expect(seen(3_600_000)).toEqual([0, 0])
  })

  it('keeps pools apart', () => {
    const [one] = threads(1) as [RetryWindow]
    one.countRequest(0, 10)
    one.countRetry(2, 10)
    one.look(ROW, 10)
    expect([one.requests, one.retries]).toEqual([0, 0])
  })
})

describe('the budget', () => {
  it.each([8, 12, 20, 40, 100, 200])('is not felt by %i requests at once of which half are reset', (atOnce) => {
    const all = threads(4)
    let refused = 0
    for (let turn = 0; turn < atOnce; turn++) (all[turn % 4] as RetryWindow).countRequest(ROW, 5000)
    for (let turn = 0; turn < atOnce / 2; turn++) if (!retries(all[turn % 4] as RetryWindow, 5010)) refused += 1
    expect(refused).toBe(0)
  })

  it('is not felt by a site with 20 requests a second of which half are reset, for ever', () => {
    const [window] = threads(1) as [RetryWindow]
    let refused = 0
    for (let nowMs = 0; nowMs < 600_000; nowMs += 50) {
      window.countRequest(ROW, nowMs)
      if (nowMs % 100 === 0 && !retries(window, nowMs)) refused += 1
    }
    expect(refused).toBe(0)
  })

  it.each([
    { perSecond: 40, most: 0.25 },
    { perSecond: 100, most: 0.2 },
    { perSecond: 1000, most: 0.2 },
    { perSecond: 5000, most: 0.2 },
  ])('adds at most $most to $perSecond requests a second that all fail', ({ perSecond, most }) => {
    const all = threads(3)
    const random = seededRandom(perSecond)
    const seconds = 60
    let retried = 0
    for (let turn = 0; turn < perSecond * seconds; turn++) {
      const nowMs = (turn / perSecond) * 1000
      const window = all[Math.floor(random() * 3)] as RetryWindow
      window.countRequest(ROW, nowMs)
      // Every attempt fails: it goes on for as long as it may.
      for (let attempts = 1; attempts <= 10 && retries(window, nowMs, attempts, 10); attempts++) retried += 1
    }
    expect(retried / (perSecond * seconds)).toBeLessThanOrEqual(most)
    expect(retried / (perSecond * seconds)).toBeGreaterThan(most * 0.9)
  })

  it('never exceeds the larger of a hundred and a fifth in any ten seconds, whatever comes', () => {
    const [window] = threads(1) as [RetryWindow]
    const random = seededRandom(20_261_128)
    const requests: number[] = []
    const retried: number[] = []
    for (let nowMs = 0; nowMs < 120_000; nowMs += random() * (random() < 0.1 ? 2000 : 8)) {
      window.countRequest(ROW, nowMs)
      requests.push(nowMs)
      for (let attempts = 1; attempts <= 5 && retries(window, nowMs, attempts, 5); attempts++) retried.push(nowMs)
    }
    for (let from = 0; from < 110_000; from += 1000) {
      const within = (times: number[]) => times.filter((at) => at >= from && at < from + 10_000).length
      expect(within(retried)).toBeLessThanOrEqual(Math.max(100, 0.2 * within(requests)))
    }
  })
})
