/** The thread of one simulation: gets a job, answers its result, ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { runJob, type SimulationJob } from '../core/simulator/job.ts'

parentPort?.postMessage(runJob(workerData as SimulationJob))
