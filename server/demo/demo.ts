/** Runs three sample backends and a trickle of traffic in one worker thread. */
import type { Worker } from 'node:worker_threads'
import { startThread } from '../threads/thread.ts'
import type { SampleBackend } from './demo-backends.ts'

export interface DemoOptions {
  /** URL of the listener that gets the traffic, such as `http://127.0.0.1:8080`. */
  target: string
  /** Host field of the requests; absent: that of `target`. */
  host?: string
}

export interface RunningDemo {
  /** As they can be put into a pool. */
  backends: SampleBackend[]
  /** Stops traffic and backends; resolves when the thread is gone. May be called again, and after the thread has died. */
  stop(): Promise<void>
}

/** How long the thread may take to start and to stop, in ms. */
const START_MS = 10_000
const STOP_MS = 2000

/**
 * Starts the demo; resolves when the backends listen. Traffic begins a second later, so that they can be configured first. Rejects when
 * the thread cannot start. A thread that dies later takes backends and traffic with it and disturbs nothing else.
 */
export async function startDemo({ target, host }: DemoOptions): Promise<RunningDemo> {
  const worker = startThread('demo', new URL('./demo-worker.ts', import.meta.url), {
    workerData: { target, host },
    name: 'demo',
  })
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const { promise: listening, resolve, reject } = Promise.withResolvers<SampleBackend[]>()
  const timer = setTimeout(() => reject(new Error('the demo did not start in time')), START_MS)
  worker.once('message', resolve)
  // Stays for the whole life of the thread: an error without a listener would end the process.
  worker.on('error', reject)
  worker.once('exit', (code) => reject(new Error(`the demo's thread ended with code ${code}`)))
  try {
    const backends = await listening
    worker.unref()
    return { backends, stop: () => halt(worker, gone) }
  } catch (error) {
    await worker.terminate()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function halt(worker: Worker, gone: Promise<void>): Promise<void> {
  worker.ref()
  worker.postMessage('stop')
  const timer = setTimeout(() => void worker.terminate(), STOP_MS)
  await gone
  clearTimeout(timer)
}
