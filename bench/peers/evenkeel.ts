/** Evenkeel as an operator runs it: the real process, the native engine, every default, its own database. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Status } from '../../shared/api/live.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'
import { PROXY_CORE, ROOT, start, temporary, wait } from '../processes.ts'
import type { Peer, RunningPeer, Site, StartPeer } from './peer.ts'

const TOKEN = 'bench-token-of-this-run'

/** The command of `npm start`, so that what is measured is what operators run. */
const { serverCommand } = (await import(join(ROOT, 'scripts', 'prepare.mjs'))) as {
  serverCommand(args: string[]): { file: string; args: string[]; env: Record<string, string> }
}

export interface RunningEvenkeel extends RunningPeer {
  /** Client connections of each worker now, and the share of the last second that each was busy. */
  workers(): Promise<{ connections: number[]; busy: number[] }>
  /** Answers it had to make itself since it started: 502, 503 and 504, and failed connects. */
  failures(): Promise<Record<string, number>>
}

function document(site: Site): ConfigDocument {
  const pool = (id: string, ports: readonly number[]) => ({
    id,
    backends: ports.map((port, index) => ({ id: `b${index + 1}`, address: `127.0.0.1:${port}` })),
  })
  return {
    version: 1,
    listeners: [{ id: 'web', bind: '127.0.0.1:0', engine: 'native' }],
    routes: [
      { id: 'ws', listener: 'web', match: { path: '/ws' }, action: { type: 'forward', pool: 'echoes' } },
      { id: 'all', listener: 'web', action: { type: 'forward', pool: 'files' } },
    ],
    pools: [pool('files', site.files), pool('echoes', site.echoes)],
  }
}

/** Asks until `answer` gives something; `say` is called for the message when it never does. */
async function until<T>(answer: () => Promise<T | undefined> | T | undefined, say: () => string): Promise<T> {
  const end = performance.now() + 20_000
  for (;;) {
    const found = await answer()
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error(say())
    await wait(50)
  }
}

export async function startEvenkeel(site: Site, how: StartPeer): Promise<RunningEvenkeel> {
  const data = temporary('evenkeel')
  const config = join(data, 'bench.json')
  writeFileSync(config, JSON.stringify(document(site)))
  const options = ['--data', data, '--config', config, '--admin', '127.0.0.1:0', '--workers', String(how.workers)]
  const { file, args, env } = serverCommand(options)
  const process_ = start('evenkeel', file, args, {
    core: how.pinned ? PROXY_CORE : undefined,
    env: { ...env, EVENKEEL_ADMIN_TOKEN: TOKEN, EVENKEEL_TEST_READY: '1', NODE_ENV: '' },
  })
  let over = false
  void process_.ended.then(() => {
    over = true
  })
  const said = () => `evenkeel did not start: ${process_.complaints()}${process_.output().slice(-2000)}`
  const ready = await until(() => {
    if (over) throw new Error(said())
    const line = /^EVENKEEL_READY (.*)$/m.exec(process_.output())?.[1]
    return line === undefined
      ? undefined
      : (JSON.parse(line) as { admin: string; listeners: { id: string; address: string }[] })
  }, said)
  const ask = (path: string) => fetch(`${ready.admin}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } })
  await until(
    async () => {
      const { pools } = (await (await ask('/api/v1/status')).json()) as Status
      return (
        pools.every(({ backends }) => backends.every(({ availability }) => availability === 'healthy')) || undefined
      )
    },
    () => 'the backends did not become healthy',
  )
  const metrics = async () => (await ask('/metrics')).text()
  const port = Number(ready.listeners[0]?.address.split(':').pop())
  return {
    process: process_,
    port,
    async workers() {
      const found = (await metrics()).matchAll(/^evenkeel_worker_connections\{[^}]*\} (\d+)/gm)
      const { workers } = (await (await ask('/api/v1/status')).json()) as Status
      return {
        connections: [...found].map(([, count]) => Number(count)),
        busy: workers.map(({ utilization }) => utilization),
      }
    },
    async failures() {
      const sums: Record<string, number> = {}
      for (const [, kind = '', count] of (await metrics()).matchAll(
        /^evenkeel_errors_total\{[^}]*kind="(\w+)"[^}]*\} (\d+)/gm,
      ))
        sums[kind] = (sums[kind] ?? 0) + Number(count)
      return sums
    },
  }
}

export const evenkeel: Peer = {
  name: 'evenkeel',
  version() {
    const text = readFileSync(join(ROOT, 'package.json'), 'utf8')
    return (JSON.parse(text) as { version: string }).version
  },
  start: startEvenkeel,
}
