/** One round of load against one port, and what came of it. */
import { join } from 'node:path'
import { firstLine, LOAD_CORE, processorSeconds, ROOT, start } from './processes.ts'
import type { Profile } from './profiles.ts'

/** Times in milliseconds. */
export interface LoadResult {
  requests: number
  seconds: number
  bytes: number
  p50: number
  p99: number
  max: number
  /** Connections that failed, broke or waited too long. */
  errors: number
  /** Answers that were not 2xx or 3xx. */
  bad: number
  /** Processor time of the proxy for each request, in microseconds: the figure that noisy neighbours change least. */
  cpuMicros?: number
  /** Share of the round that the proxy's core was at work for it. */
  busy?: number
}

export const wrkVersion = firstLine('wrk', ['-v'])?.match(/wrk (?:debian\/)?(\S+)/)?.[1]
export const generator = wrkVersion === undefined ? 'own generator in bench/clients' : `wrk ${wrkVersion}`

/** Runs a client on the core of the load and answers its `RESULT` line. */
async function client(command: string, args: readonly string[], seconds: number): Promise<LoadResult> {
  const running = start('the load', command, args, { core: LOAD_CORE })
  const timer = setTimeout(() => void running.stop(), (seconds + 20) * 1000)
  await running.ended
  clearTimeout(timer)
  const line = /^RESULT (.*)$/m.exec(running.output())?.[1]
  if (line === undefined) throw new Error(`the load gave no result: ${running.complaints() || running.output()}`)
  return JSON.parse(line) as LoadResult
}

function command(profile: Profile, port: number, seconds: number): [string, string[]] {
  const { path, connections } = profile
  const own = (name: string) => join(ROOT, 'bench', 'clients', name)
  if (profile.kind === 'websocket')
    return [process.execPath, [own('websocket.ts'), String(port), path, String(connections), String(seconds)]]
  const close = profile.kind === 'close'
  if (wrkVersion === undefined) {
    const args = [own('http.ts'), String(port), path, String(connections), String(seconds)]
    return [process.execPath, close ? [...args, 'close'] : args]
  }
  const header = close ? ['-H', 'Connection: close'] : []
  const shape = ['-t1', `-c${connections}`, `-d${Math.ceil(seconds)}s`, '--timeout', '10s', '--latency']
  return ['wrk', [...shape, ...header, '-s', join(ROOT, 'bench', 'wrk.lua'), `http://127.0.0.1:${port}${path}`]]
}

/** `pid` is the proxy's, whose processor time is counted. */
export async function load(profile: Profile, port: number, seconds: number, pid?: number): Promise<LoadResult> {
  const before = pid === undefined ? undefined : processorSeconds(pid)
  const result = await client(...command(profile, port, seconds), seconds)
  const after = pid === undefined ? undefined : processorSeconds(pid)
  if (before === undefined || after === undefined || result.requests === 0) return result
  const used = after - before
  return { ...result, cpuMicros: (used * 1e6) / result.requests, busy: used / result.seconds }
}
