import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configSchema } from '../../shared/config/config.ts'
import { type AgentMonitor, createAgentMonitor } from './agent-monitor.ts'

describe('agent monitor', () => {
  let server: Server
  let line: string
  let monitor: AgentMonitor
  const told: string[] = []
  const port = () => (server.address() as AddressInfo).port
  const config = (over: object = {}) =>
    configSchema.parse({
      pools: [
        {
          id: 'app',
          agentCheck: { port: port(), interval: '500ms', timeout: '200ms', ...over },
          backends: [{ id: 'a', address: '127.0.0.1:9' }],
        },
      ],
    })

  beforeEach(async () => {
    told.length = 0
    line = 'ready\n'
    server = createServer((socket) => (line === '' ? undefined : socket.end(line)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    monitor = createAgentMonitor({
      random: () => 0.5,
      onChange: (_, backend, { share, wish, down }) => told.push(`${backend} ${share} ${wish}${down ? ' down' : ''}`),
      onTrouble: (_, backend, problem) => told.push(`${backend} trouble: ${problem}`),
    })
  })
  afterEach(() => {
    monitor.stop()
    server.close()
  })

  it('tells what has changed, and only that', async () => {
    monitor.update(config())
    await expect.poll(() => monitor.state('app', 'a')?.wish).toBe('ready')
    expect(told).toEqual([])
    line = '50% drain\n'
    await expect.poll(() => told, { timeout: 3000 }).toEqual(['a 0.5 drain'])
    line = 'down#disk full\r\nmore'
    await expect.poll(() => told, { timeout: 3000 }).toEqual(['a 0.5 drain', 'a 0.5 drain down'])
    expect(monitor.state('app', 'a')?.reason).toBe('disk full')
  })

  it.each([
    ['is silent', '', 'a trouble: no line within 200 ms'],
    ['talks nonsense', 'hello\n', 'a trouble: its line "hello" has no word that is known'],
    ['talks without end', 'x'.repeat(5000), 'a trouble: a line longer than 1024 bytes'],
  ])('says once that an agent %s, and keeps what it said before', async (_, said, words) => {
    line = '25%\n'
    monitor.update(config())
    await expect.poll(() => monitor.state('app', 'a')?.share).toBe(0.25)
    line = said
    await expect.poll(() => told, { timeout: 3000 }).toEqual(['a 0.25 ready', words])
    await new Promise((resolve) => setTimeout(resolve, 900))
    expect(told).toHaveLength(2)
    expect(monitor.state('app', 'a')?.share).toBe(0.25)
  })

  it('forgets what was said when nobody is asked any more', async () => {
    line = 'maint\n'
    monitor.update(config())
    await expect.poll(() => monitor.state('app', 'a')?.wish).toBe('maint')
    monitor.update(configSchema.parse({ pools: [{ id: 'app', backends: [{ id: 'a', address: '127.0.0.1:9' }] }] }))
    expect(monitor.state('app', 'a')).toBeUndefined()
  })
})
