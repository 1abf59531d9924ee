/** The process that is soaked, as an operator runs it, with the demo as its traffic. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serverCommand } from '../../scripts/prepare.mjs'
import type { ConfigDocument } from '../../shared/config/config.ts'
import { ROOT, type Running, start, temporary, wait } from '../processes.ts'
import type { SoakOptions } from './options.ts'

export const PASSWORD = 'soaked for two hours'
export const POOL = 'web'
const TOKEN = 'soak-token-of-this-run'
const START_MS = 30_000

/** Heap left after full collections of a thread, in MiB, and how many there were, since it was asked last. */
export interface HeapNote {
  left: number
  collections: number
}

export interface SoakedServer {
  process: Running
  admin: string
  data: string
  /** Requests since the start, by whether they ended well. */
  requests(): Promise<{ all: number; failed: number }>
  /** By name of thread; a thread without a full collection since then is not in it. */
  heaps(): Map<string, HeapNote>
}

function document(port: number): ConfigDocument {
  return {
    version: 1,
    listeners: [{ id: 'web', bind: `127.0.0.1:${port}` }],
    routes: [{ id: 'all', listener: 'web', action: { type: 'forward', pool: POOL } }],
    pools: [{ id: POOL }],
  }
}

async function ready(server: Running): Promise<string> {
  let over = false
  void server.ended.then(() => {
    over = true
  })
  for (const end = performance.now() + START_MS; ; await wait(50)) {
    const line = /^EVENKEEL_READY (.*)$/m.exec(server.output())?.[1]
    if (line !== undefined) return (JSON.parse(line) as { admin: string }).admin
    if (over || performance.now() > end)
      throw new Error(`the server did not start: ${server.complaints()}${server.output().slice(-2000)}`)
  }
}

function noteReader(file: string): () => Map<string, HeapNote> {
  let read = 0
  return () => {
    const text = readFileSync(file, 'utf8')
    const whole = text.slice(read, text.lastIndexOf('\n') + 1)
    read += whole.length
    const heaps = new Map<string, HeapNote>()
    for (const line of whole.split('\n').filter(Boolean)) {
      const { thread, used, collections } = JSON.parse(line) as { thread: string; used: number; collections: number }
      const before = heaps.get(thread)
      const left = used / 2 ** 20
      heaps.set(thread, {
        left: Math.min(left, before?.left ?? left),
        collections: collections + (before?.collections ?? 0),
      })
    }
    return heaps
  }
}

export async function startServer({ data: wanted, port, workers }: SoakOptions): Promise<SoakedServer> {
  const notes = join(temporary('soak-notes'), 'heaps')
  writeFileSync(notes, '')
  const data = wanted ?? temporary('soak-data')
  mkdirSync(data, { recursive: true })
  const config = join(temporary('soak-config'), 'soak.json')
  writeFileSync(config, JSON.stringify(document(port === 0 ? 0 : port + 1)))
  const options = ['--data', data, '--config', config, '--admin', `127.0.0.1:${port}`, '--workers', String(workers)]
  const { file, args, env } = serverCommand([...options, '--demo', '--log-level', 'warn'])
  const server = start('evenkeel', file, args, {
    tied: true,
    env: {
      ...(env as Record<string, string>),
      NODE_OPTIONS: `--import=${join(ROOT, 'bench', 'soak', 'heap-probe.mjs')}`,
      EVENKEEL_SOAK_NOTES: notes,
      EVENKEEL_ADMIN_PASSWORD: PASSWORD,
      EVENKEEL_ADMIN_TOKEN: TOKEN,
      EVENKEEL_TEST_READY: '1',
      NODE_ENV: '',
    },
  })
  const admin = await ready(server)
  return {
    process: server,
    admin,
    data,
    async requests() {
      const text = await (await fetch(`${admin}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text()
      let [all, failed] = [0, 0]
      for (const [, status = '', count] of text.matchAll(
        /^evenkeel_requests_total\{[^}]*\bclass="(\w+)"[^}]*\} (\d+)/gm,
      )) {
        all += Number(count)
        if (status === '5xx') failed += Number(count)
      }
      return { all, failed }
    },
    heaps: noteReader(notes),
  }
}
