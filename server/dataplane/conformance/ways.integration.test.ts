import { expect } from 'vitest'
import { backend, deadPort } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import type { World } from './testing/world.ts'

const statusOf = async (world: World, path: string) => (await world.client().get(path).answer()).status

stories('what came by a route', (story) => {
  story('is counted once, however often it was tried, with the errors of its backend', async (open) => {
    const [ill, well] = [
      await backend((_, socket) => void socket.write('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n')),
      await backend(),
    ]
    const world = await open({ backends: [ill, well], pool: { retry: { on: [] } } })
    const statuses = []
    for (let turn = 0; turn < 4; turn++) statuses.push(await statusOf(world, '/x'))
    expect(statuses.sort()).toEqual([200, 200, 500, 500])
    expect(world.came('route')).toEqual([4, 2, 0, 0])
    expect(world.came('none')).toEqual([0, 0, 0, 0])
  })

  story('is counted with what we had to answer ourselves', async (open) => {
    const world = await open({ backends: [await deadPort()] })
    expect(await statusOf(world, '/x')).toBe(502)
    const pools = world.plane.snapshot.pools.map((pool) => ({ ...pool, candidates: [] }))
    world.plane.snapshot = { ...world.plane.snapshot, pools }
    expect(await statusOf(world, '/x')).toBe(503)
    expect(world.came('route')).toEqual([2, 0, 2, 0])
  })

  story('is told apart from what found none, or could not be understood', async (open) => {
    const world = await open({ backends: [await backend()], route: { match: { path: '/here/*' } } })
    expect(await statusOf(world, '/here/x')).toBe(200)
    expect(await statusOf(world, '/there')).toBe(404)
    expect((await world.client().send('GET /x y HTTP/1.1\r\nHost: a\r\n\r\n').answer()).status).toBe(400)
    await until('the refusal to be counted', () => world.came('none')[0] === 2)
    expect(world.came('none')).toEqual([2, 0, 0, 2])
    expect(world.came('route')).toEqual([1, 0, 0, 0])
  })
})
