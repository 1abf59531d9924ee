/** Interleaved rounds: A B C, B C A, C A B … so that a slow minute of the machine hits every peer alike. */
import { type LoadResult, load } from './load.ts'
import type { RunningPeer, Site } from './peers/peer.ts'
import type { Profile, Series } from './profiles.ts'

export type Say = (text: string) => void

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** The load straight to one backend: where a proxy comes near this, load and backends are the limit, which share a core. */
export async function direct(profile: Profile, site: Site, seconds: number): Promise<LoadResult | undefined> {
  const [port] = profile.kind === 'websocket' ? site.echoes : site.files
  return load(profile, port ?? 0, seconds).catch(() => undefined)
}

export async function measureProfile(
  profile: Profile,
  running: ReadonlyMap<string, RunningPeer>,
  rounds: number,
  seconds: number,
  say: Say,
): Promise<Series[]> {
  const names = [...running.keys()]
  const series = names.map((peer): Series => ({ peer, rounds: Array(rounds).fill(undefined) }))
  const one = async (peer: Series, seconds: number) => {
    const { port, process } = running.get(peer.peer) as RunningPeer
    return load(profile, port, seconds, process.pid)
  }
  // Code is compiled and connections to the backends are made before anything counts.
  for (const peer of series) await one(peer, 1).catch(() => undefined)
  for (let round = 0; round < rounds; round++) {
    say(`${profile.id}: round ${round + 1} of ${rounds}`)
    for (let index = 0; index < series.length; index++) {
      const peer = series[(index + round) % series.length] as Series
      try {
        peer.rounds[round] = await one(peer, seconds)
      } catch (error) {
        peer.problem = messageOf(error)
      }
    }
  }
  return series
}
