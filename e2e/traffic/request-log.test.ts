/** "Why did this request fail?" is asked minutes, hours, a restart and a crash later. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import type { ExchangeLogReach } from '../../shared/api/exchanges.ts'
import type { ExchangeRecord } from '../../shared/api/records.ts'
import {
  type Balancer,
  balance,
  endStory,
  eventually,
  load,
  type NamedBackend,
  onePool,
  startBackends,
  startBalancer,
} from './world.ts'

/** What is in the file at this moment, whatever the process has in memory. */
function storedIn(directory: string): { rows: number; leftOut: number } {
  const db = new Database(join(directory, 'evenkeel.db'), { readonly: true })
  const sql =
    'SELECT (SELECT COUNT(*) FROM exchanges) AS rows, (SELECT COALESCE(SUM(number), 0) FROM exchanges_left_out) AS leftOut'
  const counts = db.prepare(sql).get() as { rows: number; leftOut: number }
  db.close()
  return counts
}

describe('the log of requests', () => {
  let balancer: Balancer | undefined
  let backends: NamedBackend[] = []
  const data: string[] = []
  afterEach(async () => {
    await endStory(balancer, backends)
    for (const directory of data.splice(0)) rmSync(directory, { recursive: true, force: true })
  })

  const list = async (query = '') =>
    (await (balancer as Balancer).api<ExchangeRecord[]>('GET', `/exchanges?limit=500${query}`)).body
  const reach = async () => (await (balancer as Balancer).api<ExchangeLogReach>('GET', '/exchange-log')).body
  const fail = (url: string, path: string) => fetch(url + path).then((answer) => answer.status)

  it('keeps an error through plain traffic, kill -9 and a restart', async () => {
    backends = await startBackends(1)
    const running = await balance(onePool(backends, { outlier: { enabled: false } }))
    balancer = running
    data.push(running.data)
    ;(backends[0] as NamedBackend).failing = 1
    expect(await fail(running.url, '/the-one')).toBe(500)
    ;(backends[0] as NamedBackend).failing = 0
    await load(running.url, { concurrency: 20, requests: 4000 })
    const [error] = await eventually('the error', 5000, async () => {
      const found = await list('&status=5xx')
      return found.length > 0 && found
    })
    expect(error).toMatchObject({ path: '/the-one', status: 500, notRetried: 'status-not-in-retry-on' })
    // Stored within a second, on a machine with nothing else to do; then nothing of it is lost.
    await eventually('the error to be on the disk', 15_000, async () => storedIn(running.data).rows > 0)
    const before = await reach()
    await running.stop('SIGKILL')
    balancer = await startBalancer({ data: running.data })
    expect(await list()).toEqual([error])
    expect((await balancer.api<ExchangeRecord>('GET', `/exchanges/${error?.id}`)).body).toEqual(error)
    const after = await reach()
    expect(after.errors).toMatchObject({ since: before.errors.since, stored: true, keptMs: 7 * 86_400_000 })
    expect(after.samples.since).toBeGreaterThan(before.samples.since)
  })

  it('a storm of errors fills no disk and pushes no rare error out; the rest is counted', async () => {
    backends = await startBackends(1)
    const one = backends[0] as NamedBackend
    const running = await balance(onePool(backends, { outlier: { enabled: false } }))
    balancer = running
    data.push(running.data)
    expect(await fail(running.url, '/plain')).toBe(200)
    await one.kill()
    expect(await fail(running.url, '/rare')).toBeGreaterThanOrEqual(502)
    await one.start()
    one.failing = 1
    const storm = await load(running.url, { concurrency: 50, requests: 9000 })
    expect(storm.failed).toBe(9000)
    await eventually('the storm to be on the disk', 30_000, async () => {
      const { rows, leftOut } = storedIn(running.data)
      return rows + leftOut > 8000
    })
    const rare = await list('&path=/rare')
    expect(rare).toHaveLength(1)
    await running.stop('SIGKILL')
    balancer = await startBalancer({ data: running.data })
    expect(await list('&path=/rare')).toEqual(rare)
    const kept: ExchangeRecord[] = []
    for (let page = await list(); page.length > 0; page = await list(`&beforeSeq=${page.at(-1)?.seq}`))
      kept.push(...page)
    expect(new Set(kept.map(({ seq }) => seq)).size).toBe(kept.length)
    expect(kept.length).toBeGreaterThanOrEqual(101)
    expect(kept.length).toBeLessThan(400)
    const { leftOut } = (await reach()).errors
    // What ended in the last instant before the kill may be in neither.
    expect(leftOut + kept.length).toBeGreaterThan(8000)
    expect(leftOut + kept.length).toBeLessThanOrEqual(9001)
  })
})
