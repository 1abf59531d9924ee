import { describe, expect, it } from 'vitest'
import type { Availability } from '../../shared/api/live.ts'
import type { ExchangeRecord } from '../../shared/api/records.ts'
import { type SimulationQuestion, simulationBodySchema } from '../../shared/api/simulation.ts'
import { type Config, configSchema } from '../../shared/config/config.ts'
import { runJob, type SimulationJob } from '../core/simulator/job.ts'
import { ControlError } from '../errors.ts'
import { createSimulate, type SimulationParts } from './simulation.ts'

const NOW = 1_800_000_300_000
const START = NOW - 10_000

const exchange = (over: Partial<ExchangeRecord>): ExchangeRecord => ({
  id: 'x',
  at: START,
  listener: 'web',
  route: null,
  pool: 'app',
  backend: 'a',
  client: '10.0.0.1',
  method: 'GET',
  host: 'h',
  path: '/',
  status: 200,
  ours: false,
  outcome: 'complete',
  bytesIn: 0,
  bytesOut: 0,
  queueMs: null,
  connectMs: 0,
  firstByteMs: 10,
  totalMs: 12,
  attempts: [],
  loggedBecause: 'sample',
  ...over,
})

/** `perSecond` logged exchanges in each of ten seconds, round the backends. */
const logged = (perSecond: number, backends = ['a', 'b'], over: Partial<ExchangeRecord> = {}): ExchangeRecord[] =>
  Array.from({ length: perSecond * 10 }, (_, index) =>
    exchange({ at: START + index * (1000 / perSecond), backend: backends[index % backends.length] ?? 'a', ...over }),
  )

function config(pool: Record<string, unknown> = {}): Config {
  const backends = ['a', 'b'].map((id, index) => ({ id, address: `127.0.0.1:${3001 + index}` }))
  return configSchema.parse({ version: 1, pools: [{ id: 'app', backends, ...pool }] })
}

interface World {
  log?: ExchangeRecord[]
  /** Requests that were counted in each of the ten seconds. */
  perSecond?: number
  pool?: Record<string, unknown>
  availability?: Record<string, Availability>
  run?: SimulationParts['run']
}

/** Asks with the simulator in this thread; `jobs` are what it was given. */
function world({ log = logged(50), perSecond = 50, pool, availability = {}, run }: World = {}) {
  const jobs: SimulationJob[] = []
  const simulate = createSimulate({
    config: () => config(pool),
    facts: {
      of: (_pool, id) => ({
        availability: availability[id] ?? 'healthy',
        reason: '',
        since: 0,
        slowStart: 1,
        probes: [],
      }),
    },
    exchanges: () => log,
    counted: () => ({
      stepMs: 1000,
      steps: Array.from({ length: 10 }, (_, index) => ({ t: START + index * 1000, requests: perSecond })),
    }),
    run:
      run ??
      (async (job) => {
        jobs.push(job)
        return { result: runJob(job) }
      }),
    workers: 1,
    now: () => NOW,
  })
  const ask = (question: SimulationQuestion = {}, id = 'app') => simulate(id, simulationBodySchema.parse(question))
  const refusal = async (question: SimulationQuestion, id?: string) => {
    const error = await ask(question, id).then(
      () => undefined,
      (reason) => reason,
    )
    expect(error).toBeInstanceOf(ControlError)
    return error as ControlError
  }
  return { ask, refusal, jobs }
}

describe('recorded traffic', () => {
  it('is replayed whole when the log has all of it', async () => {
    const answer = await world().ask({ strategy: { type: 'random' } })
    expect(answer).toMatchObject({ source: 'recorded', requests: 500, seconds: 10 })
    expect(answer.note).toContain('All 500 requests of 10 s were recorded.')
    expect(answer.baseline.backends.map(({ share }) => share)).toEqual([0.5, 0.5])
    expect(answer.moves).toBeNull()
  })

  it('is scaled up to what was counted when the log has a sample, and says so', async () => {
    const answer = await world({ perSecond: 400 }).ask()
    expect(answer.requests).toBe(4000)
    expect(answer.note).toContain('500 of 4,000 requests of 10 s were recorded; the rest is drawn from them.')
    expect(answer.cannotPredict.join()).toContain('not among the recorded requests')
  })

  it('is cut to the newest when there is more than the simulator takes', async () => {
    const answer = await world({ perSecond: 20_000 }).ask()
    expect(answer).toMatchObject({ requests: 60_000, seconds: 3 })
    expect(answer.note).toContain('Only the newest part')
    const flood = await world({ perSecond: 100_000 }).ask()
    expect(flood.requests).toBe(60_000)
    expect(flood.seconds).toBeCloseTo(0.6)
  })

  it('does not count slow answers twice: all of those are in the log, ordinary ones are a sample', async () => {
    const slow = logged(1, ['a'], { firstByteMs: 5000, totalMs: 5000, loggedBecause: 'slow' })
    const { ask, jobs } = world({ log: [...logged(50), ...slow], perSecond: 1000 })
    await ask()
    const times = jobs[0]?.pool.backends[0]?.serviceMs ?? []
    // One second: 1 slow one and 999 others, half of which a answers.
    expect(times.filter((ms) => ms === 5000).length / times.length).toBeCloseTo(1 / 500, 2)
  })

  it('measures only the backend: not the queue, not earlier tries, not failures', async () => {
    const retried = { attempts: [{ backend: 'b', outcome: 'ok', startedMs: 40, endedMs: 60, reason: '' }] }
    const { ask, jobs } = world({
      log: [
        ...logged(20, ['a'], { queueMs: 30, firstByteMs: 45 }),
        ...logged(20, ['b'], { ...retried, firstByteMs: 60, totalMs: 64 }),
        ...logged(5, ['a'], { status: 502, firstByteMs: 900, loggedBecause: 'error' }),
        ...logged(5, ['a'], { ours: true, backend: null, status: 503, loggedBecause: 'error' }),
      ],
    })
    await ask()
    const [a, b] = jobs[0]?.pool.backends ?? []
    expect([new Set(a?.serviceMs), new Set(b?.serviceMs), new Set(b?.holdMs)]).toEqual([
      new Set([15]),
      new Set([20]),
      new Set([4]),
    ])
  })

  it('lends the times of the pool to a backend with few of its own, and says so', async () => {
    const few = Array.from({ length: 3 }, () => exchange({ backend: 'b', firstByteMs: 99 }))
    const { ask, jobs } = world({ log: [...logged(50, ['a']), ...few] })
    const answer = await ask()
    expect(answer.note).toContain("b (3) has fewer than 20 measured answers and borrows the pool's times.")
    expect(jobs[0]?.pool.backends[1]?.serviceMs[0]).toBe(10)
  })

  it('is refused when there is too little, with what to do instead', async () => {
    const error = await world({ log: logged(4), perSecond: 4 }).refusal({})
    expect(error).toMatchObject({ code: 'too-little-traffic', status: 409 })
    expect(error.message).toContain('40 recorded requests of the last 5 minutes')
    expect(error.message).toContain('synthetic mix')
    expect((await world({ log: [] }).refusal({})).code).toBe('too-little-traffic')
    const broken = world({ log: logged(50, ['a'], { status: 500 }) })
    expect((await broken.refusal({})).message).toContain('hardly any measured answers')
  })
})

describe('the pool', () => {
  it('is simulated with its limits, and with those that take traffic now', async () => {
    const { ask, jobs } = world({
      availability: { b: 'unhealthy' },
      pool: {
        backends: ['a', 'b', 'c'].map((id, index) => ({ id, address: `h:${index + 1}`, weight: index + 1 })),
        queue: { size: 5, timeout: '2s' },
      },
    })
    const answer = await ask({ weights: { c: 9 } })
    expect(jobs[0]?.pool).toMatchObject({ queue: { size: 5, timeoutMs: 2000 } })
    expect(jobs[0]?.pool.backends.map(({ id, weight }) => [id, weight])).toEqual([
      ['a', 1],
      ['c', 3],
    ])
    expect(answer.changed.backends.map(({ share }) => Math.round(share * 10))).toEqual([1, 9])
    expect(answer.note).toContain('Left out, because it takes no traffic now: b (unhealthy).')
  })

  it('brings its backups in when the last of the others is taken away', async () => {
    const backends = [
      { id: 'a', address: 'h:1' },
      { id: 'spare', address: 'h:2', backup: true },
    ]
    const answer = await world({ pool: { backends } }).ask({ remove: ['a'] })
    expect(answer.baseline.backends.map(({ id, share }) => [id, share])).toEqual([
      ['a', 1],
      ['spare', 0],
    ])
    expect(answer.changed.backends.map(({ id, share }) => [id, share])).toEqual([['spare', 1]])
  })

  it('is refused what leads nowhere, by its path', async () => {
    const { refusal } = world()
    expect((await refusal({}, 'nope')).code).toBe('not-found')
    const unknown = await refusal({ weights: { x: 1 }, remove: ['a', 'y'] })
    expect(unknown).toMatchObject({ code: 'invalid-request', status: 400 })
    expect(unknown.issues?.map(({ path }) => path)).toEqual(['weights.x', 'remove.1'])
    expect((await refusal({ remove: ['a', 'b'] })).issues?.[0]?.path).toBe('remove')
    expect((await refusal({ weights: { a: 0, b: 0 } })).issues?.[0]?.path).toBe('weights')
    const down = world({ pool: { panicThreshold: 0 }, availability: { a: 'unhealthy', b: 'unhealthy' } })
    expect((await down.refusal({})).code).toBe('not-available')
  })
})

describe('a synthetic mix', () => {
  it('needs no log, and says that it is made up', async () => {
    const mix = { requestsPerSecond: 200, seconds: 10, clients: 50 }
    const answer = await world({ log: [], perSecond: 0 }).ask({ mix, strategy: { type: 'hash' } })
    expect(answer).toMatchObject({ source: 'synthetic', seconds: 10 })
    expect(answer.requests).toBeGreaterThan(1800)
    expect(answer.note).toContain('Made up, not recorded')
    expect(answer.cannotPredict[0]).toContain('equally fast')
  })

  it('steps in for too little traffic where it is asked to, with the reason', async () => {
    const otherwise = { requestsPerSecond: 100, seconds: 10 }
    const thin = await world({ log: logged(4), perSecond: 4 }).ask({ otherwise })
    expect(thin).toMatchObject({ source: 'synthetic', seconds: 10, fellBack: expect.stringContaining('40 recorded') })
    expect(await world().ask({ otherwise })).toMatchObject({ source: 'recorded', fellBack: null })
  })

  it('has limits', () => {
    const paths = (mix: object) =>
      simulationBodySchema.safeParse({ mix }).error?.issues.map(({ path }) => path.join('.'))
    expect(paths({ requestsPerSecond: 10_000, seconds: 60 })).toEqual(['mix.seconds'])
    expect(paths({ medianMs: 50, p99Ms: 10 })).toEqual(['mix.p99Ms'])
  })
})

describe('a thread without a result', () => {
  it.each([
    ['busy', 'not-available', 3],
    ['too-long', 'simulation-failed', undefined],
    ['died', 'simulation-failed', undefined],
  ] as const)('%s is %s', async (failed, code, retryAfterSeconds) => {
    const { refusal } = world({ run: async () => ({ failed, detail: 'Because.' }) })
    expect(await refusal({})).toMatchObject({ code, retryAfterSeconds })
  })
})
