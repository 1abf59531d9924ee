/** Backends given by name: health and traffic go by the same addresses, whatever name servers do. */
import { afterEach, describe, expect, it } from 'vitest'
import { closeAll, nameServer } from '../../server/monitors/testing.ts'
import type { EventRecord } from '../../shared/api/records.ts'
import { type Balancer, balance, endStory, eventually, load, NamedBackend, onePool, wait } from './world.ts'

const QUICK = { type: 'http', path: '/health', interval: '1s', timeout: '900ms', unhealthyAfter: 2, healthyAfter: 1 }

describe.each(['native', 'http-proxy'] as const)('names (%s)', (engine) => {
  let balancer: (Balancer & { url: string }) | undefined
  let backends: NamedBackend[] = []
  let known: Record<string, readonly string[] | 'silent' | undefined> = {}
  afterEach(async () => {
    await endStory(balancer, backends)
    await closeAll()
    balancer = undefined
    backends = []
    known = {}
  })

  async function start(host = '127.0.0.1', port = 0): Promise<NamedBackend> {
    const backend = new NamedBackend(`b${backends.length + 1}`)
    backend.port = port
    backends.push(backend)
    return backend.start(host)
  }

  async function world(members: Record<string, string>, pool: Record<string, unknown> = {}) {
    const { address } = await nameServer((name) => known[name])
    const listed = Object.entries(members).map(([name, at]) => ({ name, address: at }))
    balancer = await balance(onePool(listed, { healthCheck: QUICK, ...pool }, { engine }), {
      args: ['--name-server', address],
    })
    return balancer
  }
  const availability = async (id: string) =>
    (await (balancer as Balancer).status()).pools[0]?.backends.find((backend) => backend.id === id)
  const becomes = (id: string, wanted: string) =>
    eventually(`${id} is ${wanted}`, 15_000, async () => {
      const found = await availability(id)
      return found?.availability === wanted && found
    })
  const events = async () =>
    (await (balancer as Balancer).api<EventRecord[]>('GET', '/events?kind=availability')).body.map(
      ({ message }) => message,
    )

  it.each([
    ['localhost', '127.0.0.1'],
    ['localhost', '::1'],
    ['app.localhost', '127.0.0.1'],
    ['app.localhost', '::1'],
  ])('%s with a backend on %s only: healthy, and every request is served', async (name, host) => {
    const { port } = await start(host)
    const { url } = await world({ b1: `${name}:${port}` })
    await becomes('b1', 'healthy')
    expect(await load(url, { concurrency: 4, requests: 100 })).toMatchObject({ ok: 100, failed: 0 })
  })

  it('a name with a dead address and one that is well', async () => {
    const { port } = await start()
    known['two.internal'] = ['127.0.0.2', '127.0.0.1']
    const { url } = await world({ b1: `two.internal:${port}` })
    await becomes('b1', 'healthy')
    expect(await load(url, { concurrency: 4, requests: 100 })).toMatchObject({ ok: 100, failed: 0 })
  })

  it('a silent name server: the last known address goes on being used, health and traffic alike, and it is said', async () => {
    const { port } = await start()
    known['app.internal'] = ['127.0.0.1']
    const { url, status } = await world({ b1: `app.internal:${port}` }, { timeouts: { keepAlive: '0ms' } })
    await becomes('b1', 'healthy')
    known['app.internal'] = 'silent'
    const trouble = 'no name server answered for app.internal; its last known address 127.0.0.1 is used'
    const item = await eventually('it is said', 10_000, async () =>
      (await status()).attention.find(({ key }) => key === 'names:unresolved'),
    )
    expect(item).toMatchObject({ severity: 'warning', title: trouble })
    const began = performance.now()
    const served = await load(url, { concurrency: 4, requests: 200 })
    expect(served).toMatchObject({ ok: 200, failed: 0 })
    // Every one on a connection of its own; none waits for a name server.
    expect(performance.now() - began).toBeLessThan(8000)
    expect((await availability('b1'))?.availability).toBe('healthy')
    await eventually('the event', 5000, async () => (await events()).includes(trouble))
    known['app.internal'] = ['127.0.0.1']
    await eventually('it is over', 20_000, async () => (await status()).attention.length === 0)
    await eventually('that too', 5000, async () => (await events()).includes('app.internal is resolved again'))
  }, 60_000)

  it('a name that nobody can tell at the start: unhealthy with the reason, all else starts; and it joins when it is known', async () => {
    const first = await start()
    const second = await start()
    known['late.internal'] = 'silent'
    const { url } = await world({ b1: `127.0.0.1:${first.port}`, b2: `late.internal:${second.port}` })
    expect(await load(url, { concurrency: 4, requests: 100 })).toMatchObject({ ok: 100, failed: 0 })
    expect((await becomes('b2', 'unhealthy')).reason).toContain('no name server answered for late.internal')
    known['late.internal'] = ['127.0.0.1']
    await becomes('b2', 'healthy')
    const { failed, byBackend } = await load(url, { concurrency: 2, requests: 40 })
    expect(failed).toBe(0)
    expect(byBackend.b2).toBeGreaterThan(10)
  }, 60_000)

  it('a name that moves is followed without a failed request', async () => {
    const { port } = await start('127.0.0.1')
    await start('127.0.0.3', port)
    known['app.internal'] = ['127.0.0.1']
    const { url } = await world({ b1: `app.internal:${port}` })
    await becomes('b1', 'healthy')
    let end: () => void = () => undefined
    const until = new Promise<void>((resolve) => {
      end = resolve
    })
    const going = load(url, { concurrency: 4, until, pauseMs: 5 })
    await wait(500)
    known['app.internal'] = ['127.0.0.3']
    const moved = backends[1] as NamedBackend
    await eventually('traffic at the new address', 10_000, () => moved.requests > 0)
    await wait(300)
    const before = backends[0]?.requests
    await wait(1000)
    end()
    expect((await going).errors).toEqual([])
    expect(backends[0]?.requests).toBe(before)
  }, 60_000)

  it('a name that leads to a metadata service: nothing is sent there, and it is said', async () => {
    const { port } = await start()
    known['bad.internal'] = ['169.254.169.254']
    known['both.internal'] = ['100.100.100.200', '127.0.0.1']
    const { url, status } = await world(
      { b1: `bad.internal:${port}`, b2: `both.internal:${port}` },
      { healthCheck: { type: 'none' } },
    )
    expect((await becomes('b1', 'unhealthy')).reason).toContain(
      'bad.internal leads there: 169.254.169.254 is a link-local or cloud metadata address',
    )
    await becomes('b2', 'healthy')
    expect(await load(url, { concurrency: 4, requests: 50 })).toMatchObject({ ok: 50, failed: 0 })
    const { attention } = await status()
    expect(attention.find(({ key }) => key === 'names:refused')?.title).toContain(
      'both.internal leads there: 100.100.100.200',
    )
    await eventually('events', 3000, async () => (await events()).some((text) => text.includes('leads there: 1')))
  })
})
