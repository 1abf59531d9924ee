/** Every process of a measurement: pinned to a core, in a group of its own, and ended by its own id whatever happens. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..')
/** The proxy has this core to itself. */
export const PROXY_CORE = 0
/** Load generator and backends share this one: where they are the limit, the direct run shows it. */
export const LOAD_CORE = 1

const STOP_MS = 3000
const KEPT_OUTPUT = 1 << 20

/** First line that a command prints, or undefined when there is no such command. */
export function firstLine(command: string, args: readonly string[]): string | undefined {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 })
  if (error) return undefined
  return `${stdout}${stderr}`.split('\n', 1)[0]?.trim()
}

/** Whether processes can be pinned: `taskset`, and two cores to pin to. */
export const pinned = availableParallelism() > 1 && firstLine('taskset', ['--version']) !== undefined

export interface Running {
  readonly name: string
  readonly pid: number
  /** What it has printed to its standard output. */
  output(): string
  /** The end of what it has printed to its standard error. */
  complaints(): string
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
  /** SIGTERM; SIGKILL to the whole group when that is not enough. */
  stop(): Promise<void>
}

export interface StartOptions {
  /** Absent: wherever there is room. */
  core?: number
  env?: Record<string, string>
  /** Leave it a channel to us, by which Evenkeel notices that we are gone, however that came about. */
  tied?: boolean
}

const started = new Map<ChildProcess, Running>()
let directory: string | undefined

/** A temporary directory of this measurement. */
export function temporary(name: string): string {
  directory ??= mkdtempSync(join(tmpdir(), 'evenkeel-bench-'))
  return mkdtempSync(join(directory, `${name}-`))
}

/** SIGKILL to a group whose leader we still hold, so that the number cannot be anybody else's by now. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

export function start(name: string, command: string, args: readonly string[], options: StartOptions = {}): Running {
  const pin = pinned && options.core !== undefined
  const child = pin
    ? spawn('taskset', ['-c', String(options.core), command, ...args], spawnOptions(options))
    : spawn(command, args, spawnOptions(options))
  let output = ''
  let complaints = ''
  child.stdout?.on('data', (chunk) => {
    if (output.length < KEPT_OUTPUT) output += chunk
  })
  child.stderr?.on('data', (chunk) => {
    complaints = (complaints + chunk).slice(-4000)
  })
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      started.delete(child)
      resolve(code)
    })
    child.on('error', (error) => {
      complaints += error.message
      started.delete(child)
      resolve(127)
    })
  })
  const running: Running = {
    name,
    pid: child.pid ?? 0,
    output: () => output,
    complaints: () => complaints,
    ended,
    async stop() {
      if (!started.has(child)) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => killGroup(child), STOP_MS)
      await ended
      clearTimeout(timer)
    },
  }
  started.set(child, running)
  return running
}

function spawnOptions(options: StartOptions) {
  return {
    cwd: ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', options.tied ? 'ipc' : 'ignore'] as ['ignore', 'pipe', 'pipe', 'ipc' | 'ignore'],
    // A group of its own: Ctrl-C in the terminal reaches only us, and we end them in order.
    detached: true,
  }
}

/** Ends everything that runs and removes every temporary directory. */
export async function stopAll(): Promise<void> {
  await Promise.all([...started.values()].map((running) => running.stop()))
  removeTemporary()
}

function removeTemporary(): void {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  directory = undefined
}

// The last net, for an exit that nobody foresaw: nothing here may wait.
process.on('exit', () => {
  for (const child of started.keys()) killGroup(child)
  removeTemporary()
})

export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Ports nobody listens on at the moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer())
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))),
  )
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port })
    socket.on('connect', () => socket.end(() => resolve(true)))
    socket.on('error', () => resolve(false))
  })
}

/** Waits until every port accepts connections; throws with what the process said when it ends or takes too long. */
export async function listening(running: Running, ports: readonly number[]): Promise<void> {
  let over = false
  void running.ended.then(() => {
    over = true
  })
  const end = performance.now() + 15_000
  for (const port of ports)
    while (!(await connects(port))) {
      if (over || performance.now() > end)
        throw new Error(`${running.name} does not listen: ${(running.complaints() || running.output()).trim()}`)
      await wait(50)
    }
}

/** A process and its children. */
function family(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => family(Number(child))))]
  } catch {
    return [pid]
  }
}

/** Resident memory of a process and its children in KiB; undefined where there is no /proc. */
export function residentKiB(pid: number): number | undefined {
  let sum = 0
  for (const member of family(pid)) {
    try {
      sum += Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${member}/status`, 'utf8'))?.[1] ?? 0)
    } catch {}
  }
  return sum === 0 ? undefined : sum
}

/** Seconds of processor time of a process and its children; undefined where there is no /proc. */
export function processorSeconds(pid: number): number | undefined {
  let ticks = 0
  for (const member of family(pid)) {
    try {
      const stat = readFileSync(`/proc/${member}/stat`, 'utf8')
      // The name in brackets may hold spaces; the fields are counted from behind it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      ticks += Number(fields[11]) + Number(fields[12])
    } catch {}
  }
  return ticks === 0 ? undefined : ticks / 100
}
