import { afterEach, beforeEach, expect, it } from 'vitest'
import { controlWorld } from '../testing/admin-world.ts'
import { createConfigControl } from './change-config.ts'
import { createStateSince } from './state-since.ts'

let world: Awaited<ReturnType<typeof controlWorld>>
beforeEach(async () => {
  world = await controlWorld()
})
afterEach(() => world.close())

async function patch(id: string, fields: object): Promise<number> {
  world.clock.advance(60_000)
  await world.control.change({
    author: 'ann',
    edit: (document) => ({
      ...document,
      pools: document.pools?.map((pool) => ({
        ...pool,
        backends: pool.backends?.map((backend) => (backend.id === id ? { ...backend, ...fields } : backend)),
      })),
    }),
  })
  return world.now()
}

it('is the time of the change that put it there, not of another one', async () => {
  const since = createStateSince({ control: world.control, now: world.now })
  const disabled = await patch('app-1', { adminState: 'disabled' })
  await patch('app-2', { weight: 9 })
  expect([since.of('app', 'app-1'), since.of('app', 'app-2')]).toEqual([disabled, undefined])
  const active = await patch('app-1', { adminState: 'active' })
  const emptied = await patch('app-2', { weight: 0 })
  expect([since.of('app', 'app-1'), since.of('app', 'app-2')]).toEqual([active, emptied])
})

it('is found in the history after a start', async () => {
  await patch('app-1', { adminState: 'draining' })
  const disabled = await patch('app-1', { adminState: 'disabled' })
  await patch('app-2', { weight: 9 })
  const { db, dataPlane, events, now } = world
  const control = createConfigControl({ db, dataPlane, events, now })
  const since = createStateSince({ control, now })
  world.clock.advance(3_600_000)
  await control.start({ version: 1 })
  expect([since.of('app', 'app-1'), since.of('app', 'app-2'), since.of('app', 'gone')]).toEqual([
    disabled,
    undefined,
    undefined,
  ])
})
