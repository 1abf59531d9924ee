import { afterEach, describe, expect, it } from 'vitest'
import type { SimulationJob } from '../core/simulator/job.ts'
import { createSimulationRunner, type RunnerOptions, type SimulationRunner } from './run-simulation.ts'

/** A thread that does what the "job" says. */
const thread = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, workerData } from 'node:worker_threads'
    const { say, after = 0, crash, leave, spin } = workerData
    if (crash) throw new Error('out of luck')
    if (leave) process.exit(3)
    while (spin) {}
    setTimeout(() => parentPort.postMessage({ said: say }), after)
  `)}`,
)
const job = (what: object) => what as SimulationJob

let runner: SimulationRunner
afterEach(() => runner.close())
function start(options: RunnerOptions = {}) {
  runner = createSimulationRunner({ thread, ...options })
  return runner
}

describe('the thread of a simulation', () => {
  it('answers, one after the other', async () => {
    const { run } = start()
    const order: string[] = []
    const ask = async (say: string, after: number) => {
      expect(await run(job({ say, after }))).toEqual({ result: { said: say } })
      order.push(say)
    }
    await Promise.all([ask('a', 200), ask('b', 0), ask('c', 0)])
    expect(order).toEqual(['a', 'b', 'c'])
  })

  it('is ended when it takes too long, and the next one runs', async () => {
    const { run } = start({ limitMs: 300 })
    const [stuck, next] = await Promise.all([run(job({ spin: true })), run(job({ say: 'next' }))])
    expect(stuck).toMatchObject({ failed: 'too-long', detail: expect.stringContaining('0.3 s') })
    expect(next).toEqual({ result: { said: 'next' } })
  })

  it('may crash or leave without a word: an answer like any other', async () => {
    const { run } = start()
    expect(await run(job({ crash: true }))).toMatchObject({ failed: 'died', detail: expect.stringContaining('luck') })
    expect(await run(job({ leave: true }))).toMatchObject({ failed: 'died', detail: expect.stringContaining('code 3') })
    expect(await run(job({ say: () => 1 }))).toMatchObject({ failed: 'died' })
    expect(await run(job({ say: 'on' }))).toEqual({ result: { said: 'on' } })
  })

  it('lets four wait and sends the next one away', async () => {
    const { run } = start()
    const asked = Array.from({ length: 6 }, (_, index) => run(job({ say: index, after: index === 0 ? 200 : 0 })))
    expect(await asked[5]).toMatchObject({ failed: 'busy' })
    expect(await Promise.all(asked.slice(0, 5))).toEqual([0, 1, 2, 3, 4].map((said) => ({ result: { said } })))
  })

  it('is ended, or never started, when nobody waits for the answer any more', async () => {
    const { run } = start()
    const [first, second] = [new AbortController(), new AbortController()]
    const running = run(job({ spin: true }), first.signal)
    const waiting = run(job({ say: 'never' }), second.signal)
    const last = run(job({ say: 'last' }))
    second.abort()
    expect(await waiting).toMatchObject({ failed: 'cancelled' })
    first.abort()
    expect(await running).toMatchObject({ failed: 'cancelled' })
    expect(await last).toEqual({ result: { said: 'last' } })
    expect(await run(job({}), AbortSignal.abort())).toMatchObject({ failed: 'cancelled' })
  })

  it('ends with the process', async () => {
    const { run, close } = start()
    const asked = [run(job({ spin: true })), run(job({ say: 'late' }))]
    await close()
    for (const outcome of await Promise.all(asked)) expect(outcome).toMatchObject({ failed: 'cancelled' })
    expect(await run(job({ say: 'later' }))).toMatchObject({ failed: 'cancelled' })
  })
})
