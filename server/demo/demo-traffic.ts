/** A steady, slightly wavy trickle of requests to one listener, so that a new dashboard has something to show. */
import { Agent, type ClientRequest, request } from 'node:http'
import type { Random } from './sample-answers.ts'

export interface TrafficOptions {
  /** Where to, such as `http://127.0.0.1:8080`. */
  target: string
  /** Host field of the requests; absent: that of `target`. */
  host?: string | undefined
  random?: Random
  /** Pause before the first request, in ms: time for the backends to be configured and probed. */
  startAfterMs?: number
}

export interface Traffic {
  /** Answers and failures so far. */
  readonly counts: { answered: number; failed: number }
  /** Sends nothing more and drops what is under way. */
  stop(): void
}

/** Requests are started this often, in ms. */
const TICK_MS = 50
/** Requests under way at once; more are left out, so that a hanging proxy meets no flood. */
const MOST_AT_ONCE = 60
/** A request without answer is given up after this, in ms. */
const PATIENCE_MS = 10_000
/** Pause after a refused connection, in ms. */
const REFUSED_PAUSE_MS = 1000

/** Requests per second at a moment: 50, with a slow and a quick wave, always within 40 to 60. */
export function rateAt(elapsedMs: number): number {
  const wave = (periodMs: number) => Math.sin((elapsedMs / periodMs) * 2 * Math.PI)
  return 50 + 7 * wave(60_000) + 3 * wave(11_000)
}

type Shape = readonly [share: number, method: string, path: (random: Random) => string]

const item = (random: Random) => `/api/items/${1 + Math.floor(random() * 200)}`

/** What is asked for; shares add up to 1. The last but one is the slow one, the last is not there. */
const SHAPES: readonly Shape[] = [
  [0.26, 'GET', () => '/'],
  [0.22, 'GET', () => '/products'],
  [0.2, 'GET', item],
  [0.12, 'GET', () => '/api/items?page=1'],
  [0.08, 'GET', () => '/assets/app.css'],
  [0.05, 'POST', () => '/api/cart'],
  [0.03, 'POST', () => '/login'],
  [0.025, 'GET', () => '/api/report'],
  [0.015, 'GET', () => '/old-page'],
]

function choose(random: Random): { method: string; path: string } {
  let rest = random()
  for (const [share, method, path] of SHAPES) {
    rest -= share
    if (rest < 0) return { method, path: path(random) }
  }
  return { method: 'GET', path: '/' }
}

/** Starts the trickle over kept-alive connections. Failures are counted and never thrown. */
export function startTraffic({ target, host, random = Math.random, startAfterMs = 1000 }: TrafficOptions): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: 24, maxFreeSockets: 24 })
  const url = new URL(target)
  const counts = { answered: 0, failed: 0 }
  const began = performance.now()
  let last = began
  let owed = 0
  const underWay = new Set<ClientRequest>()
  let pausedUntil = began + startAfterMs
  let stopped = false

  function send(): void {
    const { method, path } = choose(random)
    let over = false
    const settle = (failure?: NodeJS.ErrnoException) => {
      if (over) return
      over = true
      underWay.delete(outgoing)
      if (failure === undefined) counts.answered++
      else counts.failed++
      if (failure?.code === 'ECONNREFUSED') pausedUntil = performance.now() + REFUSED_PAUSE_MS
    }
    const headers = { host: host ?? url.host, 'user-agent': 'evenkeel-demo', accept: 'text/html, application/json' }
    const outgoing = request({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || 80,
      method,
      path,
      agent,
      headers,
    })
    underWay.add(outgoing)
    outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy(new Error('no answer')))
    outgoing.on('error', settle)
    outgoing.on('response', (response) => {
      response.on('error', settle)
      response.on('end', () => settle())
      response.resume()
    })
    outgoing.end(method === 'POST' ? '{"demo":true}' : undefined)
  }

  function tick(): void {
    const now = performance.now()
    // After a long pause the requests that were left out stay left out.
    const passedMs = Math.min(TICK_MS * 4, now - last)
    last = now
    if (now < pausedUntil) return
    owed += (rateAt(now - began) * passedMs) / 1000
    for (; owed >= 1; owed--) {
      if (underWay.size < MOST_AT_ONCE && !stopped) send()
    }
  }

  const timer = setInterval(tick, TICK_MS)
  return {
    counts,
    stop() {
      stopped = true
      clearInterval(timer)
      for (const outgoing of underWay) outgoing.destroy()
      agent.destroy()
    },
  }
}
