import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { NO_FLOWS } from '../../shared/api/flows.ts'
import type { BackendStatus, Status } from '../../shared/api/live.ts'
import { bucketOf } from '../core/histogram.ts'
import { Metrics } from './prometheus.ts'
import { limits } from './prometheus-latency.ts'
import { RecentSeconds } from './recent.ts'
import { FakeScoreboard, fakeCounters } from './testing.ts'

const backends = [
  { id: 'a1', availability: 'healthy', leftOut: null },
  { id: 'a2', availability: 'ejected', leftOut: 'ejected' },
] as BackendStatus[]

const recent = new RecentSeconds().of({ pool: '', backend: '' })
const canLoseOne = { verdict: 'unknown', sentence: '', lost: null } as const
const status: Status = {
  boot: 'b',
  version: '1.2.3',
  now: 5000,
  startedAt: 1500,
  revision: 12,
  draining: false,
  health: { severity: 'warning', sentence: '', brief: '' },
  listeners: [{ id: 'web', protocol: 'http', address: '', condition: 'listening', problem: null, connections: 4 }],
  pools: [
    {
      id: 'app',
      strategy: 'round-robin',
      condition: 'degraded',
      health: { severity: 'warning', sentence: '', brief: '' },
      taking: 1,
      outOf: 2,
      failingOpen: false,
      failOpenRule: null,
      backends,
      canLoseOne,
      recent,
    },
  ],
  workers: [
    { index: 0, condition: 'running', restarts: 0, utilization: 0, shortOf: null },
    { index: 1, condition: 'restarting', restarts: 2, utilization: 0, shortOf: null },
  ],
  storage: { condition: 'failing', problem: 'full', bytes: 8192 },
  attention: [],
  flows: NO_FLOWS,
  last: null,
  recent,
  connectionsLately: { step: 10_000, points: [] },
  memoryBytes: 1000,
  demo: false,
}

let board: FakeScoreboard
let metrics: Metrics
beforeEach(() => {
  board = new FakeScoreboard()
  metrics = new Metrics({
    source: board,
    counters: fakeCounters,
    workerGauges: ['lagMs', 'connections', 'utilization'],
    slots: () => [
      { pool: 'app', backend: 'a1', slot: 0 },
      { pool: 'app', backend: 'a2', slot: 1 },
    ],
    status: () => status,
    storageRows: () => ({ waiting: 3, dropped: 1 }),
  })
})

async function lines(): Promise<string[]> {
  return (await metrics.text()).split('\n')
}

test('every metric is in docs/metrics.md, and nothing else is', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'metrics.md'), 'utf8')
  const documented = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])
  expect(documented.sort()).toEqual(metrics.names().sort())
  expect(documented.length).toBeGreaterThan(20)
})

test('type and labels in docs/metrics.md are those of the exposition', async () => {
  board.answer(0, 200, 1000)
  metrics.countProbe('app', 'a1', true)
  const text = await metrics.text()
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'metrics.md'), 'utf8')
  for (const [, name, type, labels] of page.matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]*) \|/gm)) {
    expect(text).toContain(`# TYPE ${name} ${type}`)
    const sample = new RegExp(`^${name}(?:_bucket)?(?:\\{(.*)\\})? `, 'm').exec(text)
    const shown = [...(sample?.[1] ?? '').matchAll(/(\w+)="/g)].map((match) => match[1])
    expect([name, ...shown.sort()]).toEqual([
      name,
      ...[...(labels ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1]).sort(),
    ])
  }
})

test('totals are those of the scoreboard, however often they are read', async () => {
  board.answer(0, 200, 1000)
  board.answer(0, 200, 1000)
  board.answer(1, 503, 1000)
  board.add(1, 'connectFailures', 4)
  board.add(0, 'bytesOut', 700)
  board.hold(0, 5, 2)
  await lines()
  const text = await lines()
  expect(text).toContain('evenkeel_requests_total{pool="app",backend="a1",class="2xx"} 2')
  expect(text).toContain('evenkeel_requests_total{pool="app",backend="a2",class="5xx"} 1')
  expect(text).toContain('evenkeel_errors_total{pool="app",backend="a2",kind="connect"} 4')
  expect(text).toContain('evenkeel_bytes_total{pool="app",backend="a1",direction="out"} 700')
  expect(text).toContain('evenkeel_in_flight{pool="app",backend="a1"} 5')
  expect(text).toContain('evenkeel_tunnels{pool="app",backend="a1"} 2')
  board.answer(0, 200, 1000)
  expect(await lines()).toContain('evenkeel_requests_total{pool="app",backend="a1",class="2xx"} 3')
})

test('the state of backends, workers, storage and process is told', async () => {
  const text = await lines()
  for (const line of [
    'evenkeel_backend_available{pool="app",backend="a1"} 1',
    'evenkeel_backend_available{pool="app",backend="a2"} 0',
    'evenkeel_worker_connections{worker="1"} 11',
    'evenkeel_worker_lag_seconds{worker="1"} 0.01',
    'evenkeel_worker_restarts_total{worker="1"} 2',
    'evenkeel_workers_running 1',
    'evenkeel_connections{listener="web"} 4',
    'evenkeel_storage_ok 0',
    'evenkeel_storage_bytes 8192',
    'evenkeel_storage_waiting_rows 3',
    'evenkeel_storage_dropped_rows_total 1',
    'evenkeel_revision 12',
    'evenkeel_start_time_seconds 1.5',
    'evenkeel_build_info{version="1.2.3"} 1',
  ])
    expect(text).toContain(line)
})

test('the limits of the latency histogram are limits of the scoreboard buckets', () => {
  for (const { seconds, beyond } of limits) {
    const micros = Math.round(seconds * 1e6)
    expect(bucketOf(micros)).toBe(beyond)
    expect(bucketOf(micros - 1)).toBe(beyond - 1)
  }
  expect(limits[0]?.seconds).toBe(0.000512)
  expect(limits.at(-1)?.seconds).toBe(67.108864)
})

test('the latency histogram is cumulative and ends with all answers', async () => {
  board.answer(0, 200, 100)
  board.answer(0, 200, 3000)
  board.answer(0, 200, 200_000_000)
  const text = await lines()
  const bucket = (le: string) => `evenkeel_first_byte_seconds_bucket{pool="app",backend="a1",le="${le}"}`
  expect(text).toContain(`${bucket('0.000512')} 1`)
  expect(text).toContain(`${bucket('0.002048')} 1`)
  expect(text).toContain(`${bucket('0.004096')} 2`)
  expect(text).toContain(`${bucket('67.108864')} 2`)
  expect(text).toContain(`${bucket('+Inf')} 3`)
  expect(text).toContain('evenkeel_first_byte_seconds_count{pool="app",backend="a1"} 3')
})

test('probes are counted until their backend is gone', async () => {
  metrics.countProbe('app', 'a1', true)
  metrics.countProbe('app', 'a1', false)
  metrics.countProbe('app', 'a1', false)
  expect(await lines()).toContain('evenkeel_probes_total{pool="app",backend="a1",outcome="failed"} 2')
  metrics.forgetBackend('app', 'a1')
  expect(await metrics.text()).not.toContain('evenkeel_probes_total{')
  expect(metrics.contentType).toContain('text/plain')
})
