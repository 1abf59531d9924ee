/** `npm start` as people and service managers start and end it: nothing is left behind, and what is open is finished. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { eventually, type NamedBackend, onePool, startBackends } from './world.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node')

interface Tree {
  /** What the test has started: npm, or the terminal that npm runs in. */
  top: ChildProcess
  url: string
  admin: string
  output(): string
  /** Process ids of everything that serves this data directory, by the script they run. */
  find(what: 'npm' | 'scripts/start.mjs' | 'server/main.ts'): number
  alive(): number[]
}

const commandOf = (pid: string) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

/** The signals that a process has handlers for, as a mask. */
const caughtBy = (pid: number) =>
  BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'}`)

describe('npm start', () => {
  let backends: NamedBackend[] = []
  let data = ''
  let tree: Tree | undefined

  const mine = () =>
    readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .map((pid) => ({ pid: Number(pid), command: commandOf(pid) }))
      .filter(({ command }) => command.includes(data))

  afterEach(async () => {
    for (const { pid } of mine()) process.kill(pid, 'SIGKILL')
    await Promise.all(backends.map((backend) => backend.kill()))
    rmSync(data, { recursive: true, force: true })
  })

  /** Starts `command` with the options of the server behind it, and waits until it serves. */
  async function start(file: string, args: (options: string[]) => string[], env: Record<string, string> = {}) {
    data = mkdtempSync(join(tmpdir(), 'evenkeel-tree-'))
    backends = await startBackends(1)
    writeFileSync(join(data, 'config.yaml'), stringify(onePool(backends, { healthCheck: { type: 'none' } })))
    const options = ['--data', data, '--admin', '127.0.0.1:0', '--workers', '1', '--config', join(data, 'config.yaml')]
    const top = spawn(file, args(options), {
      cwd: ROOT,
      env: { ...process.env, EVENKEEL_TEST_READY: '1', NODE_ENV: '', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    for (const stream of [top.stdout, top.stderr]) stream?.on('data', (chunk) => (output += chunk))
    const ready = await eventually(`it serves`, 60_000, () => {
      if (top.exitCode !== null) throw new Error(`it ended with ${top.exitCode}:\n${output}`)
      const line = /EVENKEEL_READY (.*)/.exec(output)?.[1]
      return line !== undefined && (JSON.parse(line) as { admin: string; listeners: { address: string }[] })
    })
    tree = {
      top,
      url: `http://${ready.listeners[0]?.address}`,
      admin: ready.admin,
      output: () => output,
      find: (what) => {
        const found = mine().filter(({ command }) => (what === 'npm' ? /\bnpm\b/ : new RegExp(what)).test(command))
        return (what === 'npm' ? found.find(({ command }) => !command.startsWith('script')) : found[0])?.pid ?? 0
      },
      alive: () => mine().map(({ pid }) => pid),
    }
    return tree
  }

  const npmStart = () => start('npm', (options) => ['start', '--', ...options])
  const inTerminal = () =>
    start('script', (options) => ['-qefc', ['npm', 'start', '--', ...options].join(' '), '/dev/null'])

  /** A request that is with the backend when `end` is called must be answered in full, and nothing may be left. */
  async function endsWell(running: Tree, end: () => void) {
    for (const backend of backends) backend.delayMs = 1500
    const open = new Promise<number | string>((resolve) => {
      http
        .get(running.url, (response) => {
          response.resume().on('end', () => resolve(response.statusCode ?? 0))
          response.on('error', (error) => resolve(error.message))
        })
        .on('error', (error) => resolve(error.message))
    })
    await eventually('the request is with the backend', 5000, () => backends.some((backend) => backend.requests > 0))
    end()
    expect(await open).toBe(200)
    await eventually('nothing is left', 10_000, () => running.alive().length === 0)
    expect(running.output()).not.toContain('stopping at once')
    await expect(fetch(running.url)).rejects.toThrow()
  }

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)('npm gets %s: drains and ends', async (signal) => {
    const running = await npmStart()
    await endsWell(running, () => process.kill(running.find('npm'), signal))
  })

  it('npm itself ends last, with success, so that a container whose first process it is goes on that long', async () => {
    const running = await npmStart()
    const ended = new Promise((resolve) => {
      running.top.on('exit', (code) => resolve({ code, left: running.alive() }))
    })
    await endsWell(running, () => process.kill(running.find('npm'), 'SIGTERM'))
    expect(await ended).toEqual({ code: 0, left: [] })
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGKILL'] as const)('the launcher gets %s', async (signal) => {
    const running = await npmStart()
    await endsWell(running, () => process.kill(running.find('scripts/start.mjs'), signal))
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)('the server itself gets %s', async (signal) => {
    const running = await npmStart()
    await endsWell(running, () => process.kill(running.find('server/main.ts'), signal))
  })

  it('the whole process group is killed: the next start finds ports and data directory free', async () => {
    const running = await npmStart()
    await endsWell(running, () => process.kill(-(running.top.pid as number), 'SIGKILL'))
  })

  it('a service manager signals every process at once: that is one wish, and nothing is cut', async () => {
    const running = await npmStart()
    await endsWell(running, () => {
      for (const pid of running.alive()) process.kill(pid, 'SIGTERM')
    })
  })

  it('Ctrl-C in a terminal', async () => {
    const running = await inTerminal()
    await endsWell(running, () => running.top.stdin?.write('\x03'))
  })

  it('the terminal is closed', async () => {
    const running = await inTerminal()
    await endsWell(running, () => running.top.kill('SIGKILL'))
  })

  it('SIGUSR1 opens no debugger, SIGUSR2 ends nothing, SIGHUP applies the file again', async () => {
    const running = await npmStart()
    const everybody = ['scripts/start.mjs', 'server/main.ts'] as const
    for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const)
      for (const what of everybody) process.kill(running.find(what), signal)
    await eventually(
      'both hang-ups came through',
      10_000,
      () => running.output().split('configuration file applied again').length === 3,
    )
    expect(running.output()).not.toMatch(/debugger/i)
    expect((await fetch(running.url)).status).toBe(200)
  })
})

describe('the server without a launcher', () => {
  it('takes no harm from SIGUSR1 and SIGHUP while it starts, and goes on without whoever started it', async () => {
    const data = mkdtempSync(join(tmpdir(), 'evenkeel-alone-'))
    // The shell ends at once; the server belongs to nobody then, as with setsid, nohup or a disowned job.
    const line = `"${NODE}" server/main.ts --data ${data} --admin 127.0.0.1:0 --workers 1 & echo "PID $!"`
    const shell = spawn('sh', ['-c', line], {
      cwd: ROOT,
      env: { ...process.env, EVENKEEL_TEST_READY: '1', NODE_ENV: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => (output += chunk))
    const pid = await eventually('it is started', 10_000, () => Number(/^PID (\d+)$/m.exec(output)?.[1]) || undefined)
    try {
      // Long before it serves: as soon as its first line has run.
      const hears = (signal: number) => (caughtBy(pid) >> BigInt(signal - 1)) & 1n
      await eventually('it hears signals', 30_000, () => hears(constants.signals.SIGUSR2) === 1n)
      for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) process.kill(pid, signal)
      const ready = await eventually('it serves', 30_000, () => /^EVENKEEL_READY (.*)$/m.exec(output)?.[1])
      expect(shell.exitCode).toBe(0)
      const { admin } = JSON.parse(ready) as { admin: string }
      expect((await fetch(`${admin}/readyz`)).status).toBe(200)
      expect(output).not.toMatch(/debugger/i)
    } finally {
      if (commandOf(String(pid)) !== '') process.kill(pid, 'SIGKILL')
      rmSync(data, { recursive: true, force: true })
    }
  })
})
