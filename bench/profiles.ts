/** The kinds of load, and how rounds of them become figures. */
import type { LoadResult } from './load.ts'

export interface Profile {
  id: string
  title: string
  kind: 'keep-alive' | 'close' | 'websocket'
  path: string
  connections: number
  /** What is counted: answers, messages, or bytes. */
  unit: 'requests/s' | 'messages/s' | 'MB/s'
}

export const profiles: readonly Profile[] = [
  {
    id: 'small',
    title: 'Small answers (125 bytes, 64 connections)',
    kind: 'keep-alive',
    path: '/small',
    connections: 64,
    unit: 'requests/s',
  },
  {
    id: '10k',
    title: '10 KiB answers (64 connections)',
    kind: 'keep-alive',
    path: '/10k',
    connections: 64,
    unit: 'requests/s',
  },
  {
    id: '1m',
    title: '1 MiB answers (16 connections)',
    kind: 'keep-alive',
    path: '/1m',
    connections: 16,
    unit: 'MB/s',
  },
  {
    id: '1000',
    title: 'Small answers, 1,000 connections',
    kind: 'keep-alive',
    path: '/small',
    connections: 1000,
    unit: 'requests/s',
  },
  {
    id: 'close',
    title: 'A connection per request (64 at once)',
    kind: 'close',
    path: '/small',
    connections: 64,
    unit: 'requests/s',
  },
  {
    id: 'websocket',
    title: 'WebSocket echo (32 bytes, 64 sockets)',
    kind: 'websocket',
    path: '/ws',
    connections: 64,
    unit: 'messages/s',
  },
]

/** All rounds of one peer in one profile. A round that could not be measured is undefined. */
export interface Series {
  peer: string
  rounds: (LoadResult | undefined)[]
  /** Why rounds are missing. */
  problem?: string
}

export interface Figures {
  peer: string
  median: number
  least: number
  most: number
  /** Median of the ratios to nginx of the same round. */
  ratio?: number
  p50: number
  p99: number
  /** Longest of all rounds. */
  max: number
  errors: number
  bad: number
  cpuMicros?: number
  /** Median of the processor time to nginx's in the same round; below 1 is cheaper. */
  cpuRatio?: number
  busy?: number
  problem?: string
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export function rate(profile: Profile, result: LoadResult): number {
  return (profile.unit === 'MB/s' ? result.bytes / 1e6 : result.requests) / result.seconds
}

const known = <T>(values: readonly (T | undefined)[]) => values.filter((value) => value !== undefined)

/** Figures of every peer; the ratio compares rounds that ran next to each other, so that a slow minute of the machine cancels out. */
export function figures(profile: Profile, all: readonly Series[]): Figures[] {
  const base = all.find(({ peer }) => peer === 'nginx')?.rounds
  return all.map(({ peer, rounds, problem }) => {
    const done = known(rounds)
    const rates = done.map((result) => rate(profile, result))
    const ratios = known(
      rounds.map((result, index) => {
        const other = base?.[index]
        return result && other ? rate(profile, result) / rate(profile, other) : undefined
      }),
    )
    const cpuRatios = known(
      rounds.map((result, index) => {
        const [own, other] = [result?.cpuMicros, base?.[index]?.cpuMicros]
        return own !== undefined && other !== undefined ? own / other : undefined
      }),
    )
    const cpu = known(done.map(({ cpuMicros }) => cpuMicros))
    const busy = known(done.map((result) => result.busy))
    return {
      peer,
      median: median(rates),
      least: Math.min(...rates),
      most: Math.max(...rates),
      ratio: ratios.length === 0 ? undefined : median(ratios),
      p50: median(done.map(({ p50 }) => p50)),
      p99: median(done.map(({ p99 }) => p99)),
      max: Math.max(...done.map(({ max }) => max)),
      errors: done.reduce((sum, { errors }) => sum + errors, 0),
      bad: done.reduce((sum, { bad }) => sum + bad, 0),
      cpuMicros: cpu.length === 0 ? undefined : median(cpu),
      cpuRatio: cpuRatios.length === 0 ? undefined : median(cpuRatios),
      busy: busy.length === 0 ? undefined : median(busy),
      problem,
    }
  })
}
