/** An address that never answers: it listens, its queue is full, and the system drops whatever else comes. Linux does that. */
import net from 'node:net'
import { Worker } from 'node:worker_threads'

/** Listens in a thread that then sleeps, so that nobody ever accepts. */
const SLEEPER = `
const { parentPort, workerData } = require('node:worker_threads')
require('node:net').createServer().listen({ ...workerData, backlog: 1 }, () => {
  parentPort.postMessage('listening')
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
})`

/** Opens one; resolves when a connection to it is no longer answered. `close` ends it. */
export async function tarpit(host: string, port: number): Promise<{ close(): Promise<void> }> {
  const worker = new Worker(SLEEPER, { eval: true, workerData: { host, port } })
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  const sockets: net.Socket[] = []
  const answered = () =>
    new Promise<boolean>((resolve) => {
      const socket = net.connect(port, host)
      sockets.push(socket)
      socket.on('connect', () => resolve(true)).on('error', () => undefined)
      setTimeout(() => resolve(false), 200)
    })
  while (await answered());
  return {
    async close() {
      for (const socket of sockets) socket.destroy()
      await worker.terminate()
    },
  }
}
