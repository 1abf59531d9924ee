/**
 * Lets one Evenkeel at a time look whether ports are free and open them. Our threads share each port, and whoever shares a port as well
 * and has the same owner is let in by the kernel without a word; two processes that start together would both find the port free. The
 * turn is a name that the kernel gives to one process of a network and takes back however that process ends (an abstract socket, Linux
 * only; elsewhere a port has one thread and cannot be shared).
 */
import net from 'node:net'

const NAME = '\0evenkeel-opens-ports'
const AGAIN_MS = 10
/** Somebody who keeps the name for longer is stuck or means harm; traffic does not wait for that. */
const LONGEST_WAIT_MS = 2000

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

function take(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => socket.destroy())
    server.once('error', () => resolve(undefined))
    server.listen({ path: name, exclusive: true }, () => resolve(() => void server.close()))
  })
}

/** Runs `work` while no other Evenkeel on this network does the same, as far as that can be had within two seconds. */
export async function inTurn<T>(work: () => Promise<T>, name = NAME): Promise<T> {
  const release = process.platform === 'linux' ? await soon(name) : undefined
  try {
    return await work()
  } finally {
    release?.()
  }
}

async function soon(name: string): Promise<(() => void) | undefined> {
  const end = performance.now() + LONGEST_WAIT_MS
  for (;;) {
    const release = await take(name)
    if (release !== undefined || performance.now() > end) return release
    await wait(AGAIN_MS)
  }
}
