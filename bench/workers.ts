/** How two workers share connections. Only the share is told: with two cores there is none left for the load, so the speed means little. */
import { load } from './load.ts'
import { startEvenkeel } from './peers/evenkeel.ts'
import type { Site } from './peers/peer.ts'
import { wait } from './processes.ts'
import { profiles } from './profiles.ts'

export interface Workers {
  /** Client connections of the load. */
  clients: number
  /** What the balancer says it has, by worker. */
  connections: number[]
  /** Share of the second worker in them, 0 to 1; a half is even. Undefined when the balancer counts none. */
  second?: number
  /** Share of a second that each worker was busy. */
  busy: number[]
}

export async function measureWorkers(site: Site): Promise<Workers[]> {
  const running = await startEvenkeel(site, { workers: 2, pinned: false })
  try {
    const found: Workers[] = []
    for (const profile of profiles.filter(({ id }) => id === 'small' || id === '1000')) {
      const done = load(profile, running.port, 3)
      // The numbers are sampled once a second; in the middle of the load they are complete.
      await wait(2000)
      const { connections, busy } = await running.workers()
      await done
      const all = connections.reduce((sum, count) => sum + count, 0)
      const second = all === 0 ? undefined : (connections[1] ?? 0) / all
      found.push({ clients: profile.connections, connections, second, busy })
      await wait(1500)
    }
    return found
  } finally {
    await running.process.stop()
  }
}
