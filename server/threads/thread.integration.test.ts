/** What each thread of the real process has, read back in the thread itself. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serverCommand } from '../../scripts/prepare.mjs'
import { heapLimitMb, threadMemory } from './thread.ts'

const MB = 1024 * 1024
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-threads-'))
const notes = join(directory, 'notes')
let child: ChildProcess
let admin = ''

beforeAll(async () => {
  // Loaded by every thread before its own module.
  const reader = join(directory, 'reader.mjs')
  writeFileSync(notes, '')
  writeFileSync(
    reader,
    `import { appendFileSync } from 'node:fs'
     import { getHeapStatistics } from 'node:v8'
     import { isMainThread, threadName } from 'node:worker_threads'
     appendFileSync(${JSON.stringify(notes)}, JSON.stringify({ thread: isMainThread ? 'main' : threadName, limit: getHeapStatistics().heap_size_limit }) + '\\n')`,
  )
  const config = join(directory, 'config.yaml')
  writeFileSync(
    config,
    JSON.stringify({
      listeners: [{ id: 'web', bind: '127.0.0.1:0' }],
      routes: [{ id: 'all', listener: 'web', action: { type: 'forward', pool: 'app' } }],
      pools: [{ id: 'app' }],
    }),
  )
  const options = ['--data', join(directory, 'data'), '--config', config, '--admin', '127.0.0.1:0', '--workers', '2']
  const { file, args, env } = serverCommand([...options, '--demo'])
  child = spawn(file, args, {
    env: {
      ...env,
      NODE_OPTIONS: `--import=${reader}`,
      EVENKEEL_TEST_READY: '1',
      EVENKEEL_ADMIN_TOKEN: 'threads-story-token',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  admin = await new Promise<string>((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
      const line = /^EVENKEEL_READY (.*)$/m.exec(output)
      if (line) resolve(JSON.parse(line[1] as string).admin)
    })
    child.on('exit', (code) => reject(new Error(`the process exited with ${code}:\n${output}`)))
  })
})

afterAll(async () => {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  rmSync(directory, { recursive: true, force: true })
})

it('gives every thread the memory of its kind, whatever the main thread was started with', async () => {
  const simulated = await fetch(`${admin}/api/v1/pools/app/simulate`, {
    method: 'POST',
    headers: { authorization: 'Bearer threads-story-token', 'content-type': 'application/json' },
    body: JSON.stringify({ mix: { requestsPerSecond: 100, seconds: 10, clients: 10 } }),
  })
  expect(simulated.status).toBe(200)
  const limits: Record<string, number> = {}
  for (const line of readFileSync(notes, 'utf8').trim().split('\n')) {
    const { thread, limit } = JSON.parse(line)
    limits[thread] = limit / MB
  }
  expect(limits).toEqual({
    main: expect.any(Number),
    'evenkeel-0': heapLimitMb(threadMemory.traffic),
    'evenkeel-1': heapLimitMb(threadMemory.traffic),
    demo: heapLimitMb(threadMemory.demo),
    simulation: heapLimitMb(threadMemory.simulation),
  })
})
