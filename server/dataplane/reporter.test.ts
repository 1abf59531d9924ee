import { expect, it } from 'vitest'
import type { Exchange } from './exchange.ts'
import type { FromWorker } from './messages.ts'
import { Reporter } from './reporter.ts'

const refused = (status: number) => ({
  id: 'x',
  listener: 'web',
  client: '10.0.0.1',
  status,
  detail: 'Why.',
  line: 'GET /',
})

function reporter() {
  const sent: FromWorker[] = []
  const made = new Reporter((message) => sent.push(message), {
    slowMs: 1000,
    wallClock: () => 5,
    numbers: { inFlight: () => 0 },
  })
  const flushed = () => {
    made.flush()
    const batches = sent.splice(0).flatMap((message) => (message.type === 'exchanges' ? [message] : []))
    return {
      records: batches.flatMap(({ records }) => records),
      errors: batches.reduce((sum, { leftOut }) => sum + leftOut.errors, 0),
    }
  }
  return { made, flushed }
}

it('a request whose head did not come in time is one of a client that was too slow, others are refused', () => {
  const { made, flushed } = reporter()
  made.refused(refused(408))
  made.refused(refused(400))
  expect(flushed().records.map(({ outcome, detail }) => [outcome, detail])).toEqual([
    ['client-timeout', 'Why.'],
    ['refused', 'Why.'],
  ])
})

it('of a flood of errors 500 a second are handed over, and the rest is counted as errors', () => {
  const { made, flushed } = reporter()
  for (let index = 0; index < 800; index++) made.refused(refused(400))
  const first = flushed()
  expect([first.records.length, first.errors]).toEqual([500, 300])
  made.nextSecond()
  made.refused(refused(400))
  expect(flushed().records).toHaveLength(1)
})

/** An exchange with a pool of `backends` as far as a record needs it. */
function ended(backends: number, interest: 'debug' | undefined): Exchange {
  const why = { strategy: 'random', candidates: [], leftOut: [], failingOpen: false, takenAt: 'pick' }
  return {
    ...{
      startedAt: 0,
      status: 502,
      ours: true,
      outcome: 'complete',
      listener: 'web',
      attempts: 1,
      detail: '',
      why,
      interest,
    },
    pool: { id: 'app', backends: Array.from({ length: backends }) },
    request: { id: 'x', clientAddress: () => '10.0.0.1', uri: () => '/' },
  } as unknown as Exchange
}

it('what led to a choice among very many is kept only for who asked for it', () => {
  const { made, flushed } = reporter()
  made.exchange(ended(64, undefined), 5)
  made.exchange(ended(65, undefined), 5)
  made.exchange(ended(65, 'debug'), 5)
  expect(flushed().records.map(({ why }) => why !== undefined)).toEqual([true, false, true])
})
