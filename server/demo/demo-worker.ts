/** The demo's thread: sample backends and traffic together, away from the threads that carry real work. */
import { parentPort, workerData } from 'node:worker_threads'
import { startSampleBackends } from './demo-backends.ts'
import { startTraffic } from './demo-traffic.ts'

const { target, host } = workerData as { target: string; host?: string }
const samples = await startSampleBackends()
const traffic = startTraffic({ target, host })

parentPort?.postMessage(samples.backends)
parentPort?.once('message', async () => {
  traffic.stop()
  await samples.close()
  process.exit()
})
