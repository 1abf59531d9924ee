/**
 * Runs simulations in a thread of their own, one at a time, so that however long one takes, it never holds up the control plane.
 * A few may wait. A thread that takes too long is ended; one that dies is an answer like any other.
 */
import type { JobResult, SimulationJob } from '../core/simulator/job.ts'
import { startThread } from '../threads/thread.ts'

/** A result, or why there is none. */
export type SimulationOutcome =
  | { readonly result: JobResult }
  | { readonly failed: 'busy' | 'too-long' | 'died' | 'cancelled'; readonly detail: string }

export interface SimulationRunner {
  /** Never rejects. A cancelled one that waits is forgotten; one that runs is ended. */
  run(job: SimulationJob, signal?: AbortSignal): Promise<SimulationOutcome>
  /** Ends the one that runs; those that wait, and all later ones, are cancelled. */
  close(): Promise<void>
}

export interface RunnerOptions {
  /** Longest a thread may take, its start included, ms. */
  limitMs?: number
  /** Simulations that may wait for the one that runs. */
  mostWaiting?: number
  /** Module of the thread; tests put in others. */
  thread?: URL
}

const LIMIT_MS = 10_000
const MOST_WAITING = 4

interface Waiting {
  job: SimulationJob
  signal: AbortSignal | undefined
  settle: (outcome: SimulationOutcome) => void
}

const died = (error: unknown): SimulationOutcome => ({ failed: 'died', detail: String(error) })
const cancelled: SimulationOutcome = { failed: 'cancelled', detail: 'Nobody waits for this simulation any more.' }

export function createSimulationRunner(options: RunnerOptions = {}): SimulationRunner {
  const { limitMs = LIMIT_MS, mostWaiting = MOST_WAITING } = options
  const thread = options.thread ?? new URL('./worker.ts', import.meta.url)
  const waiting: Waiting[] = []
  let running: Promise<void> | undefined
  let stop: () => void = () => undefined
  let closed = false

  /** Rejects when there can be no thread at all: the system refuses another one. */
  function inThread({ job, signal }: Waiting): Promise<SimulationOutcome> {
    return new Promise((resolve) => {
      const worker = startThread('simulation', thread, { workerData: job, name: 'simulation' })
      let finished = false
      const finish = (outcome: SimulationOutcome) => {
        if (finished) return
        finished = true
        clearTimeout(timer)
        signal?.removeEventListener('abort', stop)
        void worker.terminate().then(() => resolve(outcome))
      }
      stop = () => finish(cancelled)
      const timer = setTimeout(() => {
        finish({ failed: 'too-long', detail: `The simulation was stopped after ${limitMs / 1000} s.` })
      }, limitMs)
      signal?.addEventListener('abort', stop)
      worker.once('message', (result: JobResult) => finish({ result }))
      // Stays for the whole life of the thread: an error without a listener would end the process.
      worker.on('error', (error) => finish(died(error)))
      worker.once('exit', (code) => finish({ failed: 'died', detail: `The thread ended with code ${code}.` }))
    })
  }

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = closed ? cancelled : await inThread(next).catch(died)
      next.settle(outcome)
    }
    running = undefined
  }

  return {
    run(job, signal) {
      if (closed || signal?.aborted) return Promise.resolve(cancelled)
      if (waiting.length >= mostWaiting) {
        const detail = `${mostWaiting} simulations wait already.`
        return Promise.resolve({ failed: 'busy', detail })
      }
      return new Promise((settle) => {
        const entry = { job, signal, settle }
        signal?.addEventListener('abort', () => {
          const at = waiting.indexOf(entry)
          if (at >= 0) waiting.splice(at, 1)
          if (at >= 0) settle(cancelled)
        })
        waiting.push(entry)
        running ??= work()
      })
    },
    async close() {
      closed = true
      stop()
      await running
    },
  }
}
