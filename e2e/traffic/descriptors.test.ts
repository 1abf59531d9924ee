/** A process that has few descriptors, or none left: traffic goes before the dashboard, and nothing ends the process. */
import { spawnSync } from 'node:child_process'
import http from 'node:http'
import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Balancer,
  balance,
  endStory,
  eventually,
  load,
  type NamedBackend,
  onePool,
  startBackends,
  wait,
} from './world.ts'

const DESCRIPTORS = 256
const TOKEN = { authorization: 'Bearer traffic-stories-token' }

let balancer: (Balancer & { url: string }) | undefined
let backends: NamedBackend[] = []
const sockets: net.Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await endStory(balancer, backends)
})

async function start() {
  backends = await startBackends(2)
  balancer = await balance(onePool(backends), { descriptors: DESCRIPTORS, workers: 2 })
  return balancer
}

/** A connection to the dashboard that says nothing, or only so much. */
function idle(admin: string, says = ''): Promise<net.Socket> {
  const { hostname, port } = new URL(admin)
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname, () => {
      socket.write(says)
      resolve(socket)
    })
    socket.on('error', () => resolve(socket))
    sockets.push(socket)
  })
}

/** A live stream; counts what comes. */
function stream(admin: string): Promise<{ messages: number; ended: boolean }> {
  const seen = { messages: 0, ended: false }
  return new Promise((resolve, reject) => {
    const request = http.get(`${admin}/api/v1/stream`, { headers: TOKEN }, (response) => {
      response.on('data', (chunk) => {
        seen.messages += String(chunk).split('event: tick').length - 1
      })
      response.on('error', () => undefined)
      response.on('close', () => {
        seen.ended = true
      })
      resolve(seen)
    })
    request.on('error', reject)
    request.on('socket', (socket) => sockets.push(socket))
  })
}

const complaints = (running: Balancer) => running.output().match(/uncaught exception|unhandled rejection/g) ?? []

describe(`with ${DESCRIPTORS} descriptors`, () => {
  it.each([
    ['say nothing', ''],
    ['never end their head', 'GET / HTTP/1.1\r\nHost: localhost\r\n'],
  ])(
    '250 connections to the dashboard that %s take nothing from traffic, nor from those who are signed in',
    async (_what, says) => {
      const { admin, url, ...rest } = await start()
      const live = await stream(admin)
      const held = await Promise.all(Array.from({ length: 250 }, () => idle(admin, says)))
      expect((await load(url, { concurrency: 10, requests: 10 })).errors).toEqual([])
      // Every request on a connection of its own: nothing hangs on connections from before.
      for (let ask = 0; ask < 5; ask += 1)
        expect((await rest.api('GET', '/status', undefined, { connection: 'close' })).status).toBe(200)
      const closed = await eventually('only the share of the dashboard is left', 5000, () => {
        const open = held.filter((socket) => !socket.destroyed && !socket.readableEnded).length
        return open <= DESCRIPTORS / 8 && 250 - open
      })
      expect(closed).toBeGreaterThan(200)
      const before = live.messages
      await eventually('the stream goes on', 5000, () => live.messages > before + 1)
      expect(live.ended).toBe(false)
      expect((await load(url, { concurrency: 10, requests: 10 })).errors).toEqual([])
      expect(complaints({ ...rest, admin })).toEqual([])
    },
  )
})

describe('without a descriptor left', () => {
  const limit = (pid: number | undefined, most: number) =>
    expect(spawnSync('prlimit', ['--pid', String(pid), `--nofile=${most}:${DESCRIPTORS}`]).status).toBe(0)

  it('everything that opens files by the clock or on request goes on, and recovers', async () => {
    const running = await start()
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const ask = (path: string, method = 'GET') =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = http.request(`${running.admin}${path}`, { agent, method, headers: TOKEN }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode))
        })
        request.on('error', reject).end()
      })
    const live = await stream(running.admin)
    expect(await ask('/api/v1/status')).toBe(200)
    // Fewer than it has open: every further open fails with EMFILE.
    limit(running.process.pid, 16)
    const before = live.messages
    for (let second = 0; second < 12; second += 1) {
      expect(await ask('/api/v1/status')).toBe(200)
      expect(await ask('/metrics')).toBe(200)
      await ask('/')
      await ask('/api/v1/pools/app/backends/b1/probe', 'POST')
      await ask('/api/v1/pools/app/simulate', 'POST')
      await ask('/api/v1/demo', 'POST')
      await wait(1000)
    }
    expect(live.messages).toBeGreaterThan(before + 8)
    limit(running.process.pid, DESCRIPTORS)
    expect(await ask('/')).toBe(200)
    await eventually('backends are healthy again', 15_000, async () =>
      (await running.status()).pools.every((pool) =>
        pool.backends.every(({ availability }) => availability === 'healthy'),
      ),
    )
    expect((await load(running.url, { concurrency: 4, requests: 40 })).errors).toEqual([])
    agent.destroy()
    expect(complaints(running)).toEqual([])
    expect(running.process.exitCode).toBeNull()
  })
})
