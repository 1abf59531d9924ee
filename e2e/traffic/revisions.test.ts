import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
import type { Problem } from '../../shared/api/problem.ts'
import type { RevisionSummary } from '../../shared/api/records.ts'
import {
  type Balancer,
  balance,
  endStory,
  load,
  type NamedBackend,
  onePool,
  startBackends,
  startBalancer,
} from './world.ts'

describe('revisions', () => {
  let balancer: Balancer | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  it('ten simultaneous edits of one revision: one wins, nine get 412', async () => {
    balancer = await startBalancer()
    const { revision } = await balancer.status()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        balancer?.api<ChangeAnswer>(
          'PATCH',
          '/pools/app',
          { panicThreshold: 40 + index },
          { 'if-match': `"${revision}"` },
        ),
      ),
    )
    expect(answers.map((answer) => answer?.status).sort()).toEqual([200, ...Array<number>(9).fill(412)])
  })

  it('survive kill -9 in the middle of changes, and the database is whole', async () => {
    const first = await startBalancer()
    balancer = first
    const acknowledged: number[] = []
    const killer = setTimeout(() => first.process.kill('SIGKILL'), 700)
    for (let weight = 0; ; weight++) {
      const answer = await first
        .api<ChangeAnswer>('PATCH', '/pools/app', { panicThreshold: weight % 100 })
        .catch(() => undefined)
      if (answer?.status !== 200) break
      acknowledged.push(answer.body.revision)
    }
    clearTimeout(killer)
    await first.stop('SIGKILL')
    expect(acknowledged.length).toBeGreaterThan(3)
    const db = new Database(join(first.data, 'evenkeel.db'), { readonly: true })
    expect(db.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }])
    db.close()
    balancer = await startBalancer({ data: first.data })
    const newest = acknowledged.at(-1) as number
    expect((await balancer.status()).revision).toBeGreaterThanOrEqual(newest)
    const { body } = await balancer.api<RevisionSummary[]>('GET', '/revisions?limit=500')
    const kept = new Set(body.map((revision) => revision.number))
    expect(acknowledged.filter((number) => !kept.has(number))).toEqual([])
  })

  it('are refused as a whole with every fault and its path, and nothing changes', async () => {
    balancer = await startBalancer()
    const { revision } = await balancer.status()
    const bad = {
      version: 1,
      listeners: [{ id: 'web', bind: 'nonsense' }],
      pools: [{ id: 'app', backends: [{ id: 'a', address: 'x' }] }],
      routes: [{ id: 'r', listener: 'none', action: { type: 'forward', pool: 'nope' } }],
    }
    const answer = await balancer.api<Problem>('PUT', '/config', bad, { 'if-match': `"${revision}"` })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.body.issues?.map((issue) => issue.path)).toEqual(
      expect.arrayContaining([
        'listeners.0.bind',
        'pools.0.backends.0.address',
        'routes.0.listener',
        'routes.0.action.pool',
      ]),
    )
    expect((await balancer.status()).revision).toBe(revision)
  })

  it('that need a taken port are refused with the port, while the old one serves on', async () => {
    backends = await startBackends(1)
    const running = await balance(onePool(backends))
    balancer = running
    const holder = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => holder.on('listening', resolve))
    const { port } = holder.address() as { port: number }
    const answer = await running.api<Problem>('POST', '/listeners', { id: 'second', bind: `127.0.0.1:${port}` })
    holder.close()
    expect(answer.status).toBe(409)
    expect(answer.body.detail).toContain(String(port))
    expect(await load(running.url, { concurrency: 2, requests: 20 })).toMatchObject({ ok: 20, failed: 0 })
  })

  it('a database of a newer version is refused with a clear message and left as it is', async () => {
    const first = await startBalancer()
    balancer = first
    await first.stop('SIGTERM')
    const file = join(first.data, 'evenkeel.db')
    const db = new Database(file)
    db.exec("insert into migrations (number, name, sha256, applied_at) values (999, 'future', 'x', 0)")
    db.close()
    const before = readFileSync(file)
    await expect(startBalancer({ data: first.data })).rejects.toThrow(/newer/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })
})
