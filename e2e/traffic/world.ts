/** The real process, real backends and real clients for traffic stories. Everything is on loopback and port 0. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type net from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Status } from '../../shared/api/live.ts'
import type { ConfigDocument } from '../../shared/config/config.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node')
const TOKEN = 'traffic-stories-token'

/** A running balancer. */
export interface Balancer {
  /** `http://127.0.0.1:port` of the API. */
  admin: string
  /** `http://127.0.0.1:port` of each listener by id. */
  listeners: Record<string, string>
  setupUrl: string | null
  data: string
  process: ChildProcess
  api<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: T; headers: Headers }>
  status(): Promise<Status>
  /** Everything it has printed. */
  output(): string
  /** Ends it with a signal and waits; answers the exit code, or the signal that killed it. */
  stop(signal?: NodeJS.Signals): Promise<number | string | null>
}

export interface BalancerOptions {
  /** A data directory to use again. */
  data?: string
  workers?: number
  args?: string[]
  env?: Record<string, string>
  /** Most descriptors that the process may have. */
  descriptors?: number
}

/** Starts the real process and waits until it is ready. */
export async function startBalancer(options: BalancerOptions = {}): Promise<Balancer> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'evenkeel-story-'))
  const args = [
    'server/main.ts',
    '--data',
    data,
    '--admin',
    '127.0.0.1:0',
    '--workers',
    String(options.workers ?? 2),
    ...(options.args ?? []),
  ]
  const env = { ...process.env, EVENKEEL_ADMIN_TOKEN: TOKEN, EVENKEEL_TEST_READY: '1', NODE_ENV: '', ...options.env }
  const limited = ['-c', `ulimit -n ${options.descriptors} && exec "$0" "$@"`, NODE, ...args]
  const [command, given] = options.descriptors === undefined ? [NODE, args] : ['/bin/sh', limited]
  const child = spawn(command, given, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const ready = await new Promise<{
    admin: string
    listeners: { id: string; address: string }[]
    setupUrl: string | null
  }>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk
      const line = /^EVENKEEL_READY (.*)$/m.exec(output)
      if (line) resolve(JSON.parse(line[1] as string))
    })
    child.on('exit', (code) => reject(new Error(`the balancer exited with ${code}:\n${output}`)))
  })
  const balancer: Balancer = {
    admin: ready.admin,
    listeners: Object.fromEntries(
      ready.listeners.map(({ id, address }) => [id, `http://${address.replace('0.0.0.0', '127.0.0.1')}`]),
    ),
    setupUrl: ready.setupUrl,
    data,
    process: child,
    output: () => output,
    async api(method, path, body, headers = {}) {
      const answer = await fetch(`${ready.admin}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      })
      const text = await answer.text()
      return {
        status: answer.status,
        body: (text === '' ? undefined : JSON.parse(text)) as never,
        headers: answer.headers,
      }
    },
    status: async () => (await balancer.api<Status>('GET', '/status')).body,
    stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null)
        return Promise.resolve(child.exitCode ?? child.signalCode)
      return new Promise((resolve) => {
        child.on('exit', (code, killed) => resolve(code ?? killed))
        child.kill(signal)
      })
    },
  }
  return balancer
}

/** A backend that says its name, counts, and can be made ill, slow or dead and well again. */
export class NamedBackend {
  readonly name: string
  requests = 0
  /** Fields of the request before this moment. */
  headers: http.IncomingHttpHeaders = {}
  /** Status of `/health`; 0 answers nothing. */
  health = 200
  delayMs = 0
  /** Share of its answers, 0 to 1, that are 500: after a bad deploy its health check may still pass. */
  failing = 0
  port = 0
  readonly sockets = new Set<net.Socket>()
  private server: http.Server | undefined
  private readonly onUpgrade: ((request: http.IncomingMessage, socket: net.Socket, head: Buffer) => void) | undefined

  constructor(name: string, onUpgrade?: NamedBackend['onUpgrade']) {
    this.name = name
    this.onUpgrade = onUpgrade
  }

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  /** Listens, on the port it had before. */
  async start(host = '127.0.0.1'): Promise<this> {
    this.server = http.createServer({ keepAliveTimeout: 5000 }, (request, response) => {
      request.resume()
      if (request.url === '/health') {
        if (this.health === 0) return
        response.statusCode = this.health
        return response.end(`health ${this.health}`)
      }
      this.requests += 1
      this.headers = request.headers
      response.setHeader('x-backend', this.name)
      // Evenly spread, not drawn: 0.4 is two of every five.
      if (Math.floor(this.requests * this.failing) > Math.floor((this.requests - 1) * this.failing))
        response.statusCode = 500
      if (this.delayMs === 0) response.end(`${this.name}\n`)
      else setTimeout(() => response.end(`${this.name}\n`), this.delayMs)
    })
    if (this.onUpgrade) this.server.on('upgrade', this.onUpgrade)
    this.server.on('connection', (socket) => {
      this.sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => this.sockets.delete(socket))
    })
    await new Promise<void>((resolve) => this.server?.listen(this.port, host, resolve))
    this.port = (this.server.address() as AddressInfo).port
    return this
  }

  /** As if the process were killed: every connection is reset, the port refuses. */
  async kill(): Promise<void> {
    const { server } = this
    this.server = undefined
    const closed = new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
    for (const socket of this.sockets) socket.resetAndDestroy()
    await closed
  }
}

export async function startBackends(
  count: number,
  make = (index: number) => new NamedBackend(`b${index + 1}`),
): Promise<NamedBackend[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index).start()))
}

/** A configuration with one listener on any port, one route and one pool. */
export function onePool(
  backends: readonly Pick<NamedBackend, 'name' | 'address'>[],
  pool: Record<string, unknown> = {},
  listener: Record<string, unknown> = {},
): ConfigDocument {
  return {
    version: 1,
    listeners: [{ id: 'web', bind: '127.0.0.1:0', ...listener }],
    routes: [{ id: 'all', listener: 'web', action: { type: 'forward', pool: 'app' } }],
    pools: [{ id: 'app', backends: backends.map(({ name, address }) => ({ id: name, address })), ...pool }],
  }
}

export interface LoadResult {
  ok: number
  failed: number
  byBackend: Record<string, number>
  errors: string[]
}

/** Keep-alive GET load. `until` ends it; counts answers by `x-backend`, and everything but a 200 as failed. */
export async function load(
  url: string,
  options: { concurrency: number; requests?: number; until?: Promise<unknown>; pauseMs?: number },
): Promise<LoadResult> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: options.concurrency })
  const result: LoadResult = { ok: 0, failed: 0, byBackend: {}, errors: [] }
  let left = options.requests ?? Number.POSITIVE_INFINITY
  void options.until?.then(() => {
    left = 0
  })
  const one = () =>
    new Promise<void>((resolve) => {
      const fail = (what: string) => {
        result.failed += 1
        if (result.errors.length < 10) result.errors.push(what)
        resolve()
      }
      http
        .get(url, { agent }, (answer) => {
          answer.resume()
          answer.on('end', () => {
            if (answer.statusCode !== 200) return fail(`status ${answer.statusCode}`)
            result.ok += 1
            const name = String(answer.headers['x-backend'])
            result.byBackend[name] = (result.byBackend[name] ?? 0) + 1
            resolve()
          })
          answer.on('error', (error) => fail(`in the answer: ${error.message}`))
        })
        .on('error', (error) => fail(error.message))
    })
  await Promise.all(
    Array.from({ length: options.concurrency }, async () => {
      while (left > 0) {
        left -= 1
        await one()
        if (options.pauseMs) await wait(options.pauseMs)
      }
    }),
  )
  agent.destroy()
  return result
}

export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Asks again every 50 ms until the answer is not false or undefined. Throws after `ms`, saying what was awaited. */
export async function eventually<T>(
  what: string,
  ms: number,
  ask: () => Promise<T | false | undefined> | T | false | undefined,
): Promise<T> {
  const end = performance.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== false && answer !== undefined) return answer
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`)
    await wait(50)
  }
}

/** Starts a balancer with this configuration in force and every backend healthy. */
export async function balance(
  document: ConfigDocument,
  options: BalancerOptions = {},
): Promise<Balancer & { url: string }> {
  const balancer = await startBalancer(options)
  const put = await balancer.api('PUT', '/config', document, { 'if-match': `"${(await balancer.status()).revision}"` })
  if (put.status !== 200) throw new Error(`the configuration was refused: ${JSON.stringify(put.body)}`)
  const status = await eventually('every backend healthy', 15_000, async () => {
    const now = await balancer.status()
    return now.pools.every((pool) => pool.backends.every((backend) => backend.availability !== 'unknown')) && now
  })
  const listener = status.listeners[0]
  return { ...balancer, url: `http://${listener?.address}` }
}

/** Ends everything a story started. */
export async function endStory(balancer: Balancer | undefined, backends: readonly NamedBackend[]): Promise<void> {
  await balancer?.stop('SIGKILL')
  await Promise.all(backends.map((backend) => backend.kill()))
  if (balancer !== undefined) rmSync(balancer.data, { recursive: true, force: true })
}
