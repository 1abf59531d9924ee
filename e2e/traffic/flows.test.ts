/** What the traffic map is drawn from: two listeners of one pool, an outage, and requests that find no route. */
import { afterEach, expect, it } from 'vitest'
import type { ConfigDocument } from '../../shared/config/config.ts'
import { balance, endStory, eventually, load, type NamedBackend, startBackends } from './world.ts'

let running: Awaited<ReturnType<typeof balance>> | undefined
let backends: NamedBackend[] = []

afterEach(async () => {
  await endStory(running, backends)
  running = undefined
  backends = []
})

function twoListeners(): ConfigDocument {
  return {
    version: 1,
    listeners: [
      { id: 'web', bind: '127.0.0.1:0' },
      { id: 'side', bind: '127.0.0.1:0' },
    ],
    routes: [
      { id: 'all', listener: 'web', action: { type: 'forward', pool: 'app' } },
      { id: 'some', listener: 'side', match: { path: '/here/*' }, action: { type: 'forward', pool: 'app' } },
    ],
    pools: [{ id: 'app', backends: backends.map(({ name, address }) => ({ id: name, address })) }],
  }
}

it('are counted by listener and route, with what found none, and what no backend got', async () => {
  backends = await startBackends(2)
  const balancer = await balance(twoListeners())
  running = balancer
  const { listeners } = await balancer.status()
  const [web, side] = ['web', 'side'].map((id) => `http://${listeners.find((one) => one.id === id)?.address}`) as [
    string,
    string,
  ]
  await load(web, { concurrency: 2, requests: 60 })
  await load(`${side}/here/x`, { concurrency: 2, requests: 15 })
  for (let turn = 0; turn < 3; turn++) expect((await fetch(`${side}/there`)).status).toBe(404)
  const flows = await eventually('all of it is counted', 8000, async () => {
    const { flows: now } = await balancer.status()
    return now.routes[0]?.requests === 60 && now.routes[1]?.requests === 15 && now.unrouted[0]?.requests === 3 && now
  })
  expect(flows.routes).toEqual([
    { listener: 'web', route: 'all', requests: 60, failed: 0, refused: 0 },
    { listener: 'side', route: 'some', requests: 15, failed: 0, refused: 0 },
  ])
  expect(flows.unrouted).toEqual([{ listener: 'side', requests: 3, failed: 0, refused: 3 }])
  expect(flows.unserved).toEqual([])

  for (const { name } of backends)
    await balancer.api('PATCH', `/pools/app/backends/${name}`, { adminState: 'draining' })
  for (let turn = 0; turn < 20; turn++) expect((await fetch(web)).status).toBe(503)
  const down = await eventually('the outage is counted', 8000, async () => {
    const now = await balancer.status()
    return now.flows.unserved[0]?.requests === 20 && now
  })
  expect(down.flows.unserved).toEqual([{ pool: 'app', requests: 20, failed: 20, refused: 20 }])
  expect(down.flows.routes[0]).toMatchObject({ listener: 'web', failed: 20, refused: 20 })
  expect(down.pools[0]).toMatchObject({ condition: 'down', taking: 0 })
  expect(down.health).toMatchObject({
    severity: 'error',
    sentence: 'app down: 0 of 2 backends take traffic; every request gets 503',
    brief: 'app down',
  })
})
