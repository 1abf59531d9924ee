import { expect, it } from 'vitest'
import { NO_FLOWS } from '../../shared/api/flows.ts'
import { FlowReader } from './flows.ts'
import { emptyCounts } from './sample.ts'
import { FakeScoreboard, fakeCounters } from './testing.ts'

function world() {
  const board = new FakeScoreboard()
  const reader = new FlowReader({
    source: board,
    counters: fakeCounters,
    ways: () => [
      { listener: 'app', route: '', slot: 0 },
      { listener: 'app', route: 'shop', slot: 1 },
      { listener: 'side', route: 'shop-too', slot: 2 },
    ],
    pools: () => [{ pool: 'app', slot: 3 }],
  })
  let t = 0
  const second = () => {
    reader.add({ t, total: emptyCounts({ pool: '', backend: '' }), pools: [], backends: [] })
    t += 1000
  }
  return { board, reader, second }
}

it('knows nothing before the first second has ended', () => {
  expect(world().reader.flows()).toEqual(NO_FLOWS)
})

it('tells listeners apart although they lead to one pool, what found no route, and what no backend got', () => {
  const { board, reader, second } = world()
  second()
  board.add(0, 'requests', 3)
  board.add(0, 's4xx', 3)
  board.add(1, 'requests', 60)
  board.add(1, 's5xx', 4)
  board.add(1, 'ours', 10)
  board.add(2, 'requests', 16)
  board.add(3, 'requests', 10)
  board.add(3, 'ours', 10)
  second()
  expect(reader.flows()).toEqual({
    seconds: 2,
    routes: [
      { listener: 'app', route: 'shop', requests: 60, failed: 14, refused: 10 },
      { listener: 'side', route: 'shop-too', requests: 16, failed: 0, refused: 0 },
    ],
    unrouted: [{ listener: 'app', requests: 3, failed: 0, refused: 3 }],
    unserved: [{ pool: 'app', requests: 10, failed: 10, refused: 10 }],
  })
})

it('forgets after ten seconds', () => {
  const { board, reader, second } = world()
  board.add(1, 'requests', 5)
  for (let turn = 0; turn < 10; turn++) second()
  expect(reader.flows().routes).toHaveLength(1)
  second()
  expect(reader.flows()).toEqual({ ...NO_FLOWS, seconds: 10 })
})
