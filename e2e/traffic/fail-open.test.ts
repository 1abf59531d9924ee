/** What clients get while some or all backends of a pool are ill. */
import { afterEach, describe, expect, it } from 'vitest'
import type { EventRecord } from '../../shared/api/records.ts'
import {
  type Balancer,
  balance,
  endStory,
  eventually,
  load,
  type NamedBackend,
  onePool,
  startBackends,
} from './world.ts'

const HEALTH = { type: 'http', path: '/health', interval: '1s', timeout: '500ms', unhealthyAfter: 2, healthyAfter: 1 }

describe.each(['native', 'http-proxy'] as const)('failing open (%s)', (engine) => {
  let balancer: (Balancer & { url: string }) | undefined
  let backends: NamedBackend[] = []
  afterEach(() => endStory(balancer, backends))

  const pool = async () => (await (balancer as Balancer).status()).pools[0]
  const unhealthy = (count: number) =>
    eventually(`${count} are unhealthy`, 10_000, async () => {
      const now = await pool()
      return now?.backends.filter(({ availability }) => availability === 'unhealthy').length === count && now
    })
  const ask = async () => {
    const answer = await fetch((balancer as { url: string }).url)
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), text: await answer.text() }
  }
  const messages = async () =>
    (await (balancer as Balancer).api<EventRecord[]>('GET', '/events?kind=failing-open')).body.map(
      ({ message }) => message,
    )

  it('two of three die, one after the other: the third takes everything and no request fails', async () => {
    backends = await startBackends(3)
    balancer = await balance(onePool(backends, { healthCheck: HEALTH }, { engine }))
    let end: () => void = () => undefined
    const until = new Promise<void>((resolve) => {
      end = resolve
    })
    const going = load(balancer.url, { concurrency: 8, until, pauseMs: 5 })
    await backends[0]?.kill()
    await unhealthy(1)
    // A request that met the first dead one has used its retry up; none of them may be under way when the second dies.
    const answered = () => backends.reduce((sum, { requests }) => sum + requests, 0)
    const before = answered()
    await eventually('requests of before to be answered', 10_000, async () => answered() > before + 200)
    await backends[1]?.kill()
    const down = await unhealthy(2)
    expect(down).toMatchObject({ condition: 'degraded', failingOpen: false, failOpenRule: null })
    const served = await load(balancer.url, { concurrency: 8, requests: 600 })
    end()
    expect(served).toMatchObject({ ok: 600, byBackend: { b3: 600 }, errors: [] })
    expect(await going).toMatchObject({ failed: 0, errors: [] })
    expect(await messages()).toEqual([])
  })

  it('all look ill but serve: they are tried, and event, page and attention say why; not so with failOpen: false', async () => {
    backends = await startBackends(3)
    balancer = await balance(onePool(backends, { healthCheck: HEALTH }, { engine }))
    for (const backend of backends) backend.health = 500
    const open = await unhealthy(3)
    expect(open).toMatchObject({ condition: 'down', failingOpen: true, failOpenRule: 'nobody-healthy' })
    const served = await load(balancer.url, { concurrency: 4, requests: 90 })
    expect([served.ok, Object.keys(served.byBackend).sort()]).toEqual([90, ['b1', 'b2', 'b3']])
    expect(await messages()).toEqual(['pool app is failing open: no backend is healthy, so all are tried'])
    const { attention } = await balancer.status()
    expect(attention.find(({ key }) => key === 'pool:app')?.title).toBe(
      'app: none of 3 backends is healthy, so all are tried (failing open)',
    )

    expect((await balancer.api('PATCH', '/pools/app', { failOpen: false })).status).toBe(200)
    const refused = await eventually('refused', 3000, async () => {
      const answer = await ask()
      return answer.status === 503 && answer
    })
    expect(Number(refused.retryAfter)).toBeGreaterThan(0)
    expect(await pool()).toMatchObject({ failingOpen: false, failOpenRule: null })
    expect((await messages())[0]).toBe('pool app is no longer failing open')
  })

  it('a panic threshold that is set goes on working, and 0 from before goes on meaning never', async () => {
    backends = await startBackends(3)
    balancer = await balance(onePool(backends, { healthCheck: HEALTH, panicThreshold: 50 }, { engine }))
    for (const backend of backends.slice(1)) backend.health = 500
    const open = await unhealthy(2)
    expect(open).toMatchObject({ failingOpen: true, failOpenRule: 'below-threshold' })
    const served = await load(balancer.url, { concurrency: 4, requests: 90 })
    expect([served.ok, Object.keys(served.byBackend).sort()]).toEqual([90, ['b1', 'b2', 'b3']])
    expect((await messages())[0]).toContain('fewer backends are available than the panic threshold asks for')

    for (const backend of backends) backend.health = 500
    expect((await balancer.api('PATCH', '/pools/app', { panicThreshold: 0 })).status).toBe(200)
    await eventually('refused', 10_000, async () => (await ask()).status === 503)
  })
})
