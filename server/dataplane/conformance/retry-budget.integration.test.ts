import { expect } from 'vitest'
import { backend, deadPort, ok, type Story } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import type { World } from './testing/world.ts'

const resets: Story = (_, socket) => void socket.resetAndDestroy()

/** So many GETs at once, each on a connection of its own; answers their statuses. */
async function atOnce(world: World, count: number): Promise<number[]> {
  const asked = Array.from({ length: count }, () => world.client().get('/x').answer('GET', 10_000))
  return (await Promise.all(asked)).map(({ status }) => status)
}

/** Nobody is a candidate from here on. */
function loseAll({ plane }: World): void {
  const pools = plane.snapshot.pools.map((pool) => ({ ...pool, candidates: [] }))
  plane.snapshot = { ...plane.snapshot, pools }
}

stories('the retry budget', (story) => {
  story('is not felt by 8, 12, 20, 40 and 100 requests at once of which half are reset', async (open) => {
    for (const count of [8, 12, 20, 40, 100]) {
      const bad = await backend(resets)
      const world = await open({ backends: [bad, await backend()] })
      expect(await atOnce(world, count)).toEqual(Array.from({ length: count }, () => 200))
      expect(bad.heard.length).toBeGreaterThan(count / 4)
    }
  })

  story('bounds what a storm adds: a hundred tries, or a fifth', async (open) => {
    const one = await backend(resets)
    const two = await backend(resets)
    const world = await open({ backends: [one, two], pool: { retry: { attempts: 10 } } })
    let asked = 0
    for (; asked < 600; asked += 50) expect(await atOnce(world, 50)).toEqual(Array.from({ length: 50 }, () => 502))
    const heard = one.heard.length + two.heard.length
    // Should this machine take longer than ten seconds, another hundred may follow.
    expect(heard).toBeLessThanOrEqual(asked + 200)
    expect(heard).toBeGreaterThanOrEqual(asked + 100)
    expect(world.reports.filter(({ notRetried }) => notRetried === 'budget').length).toBeGreaterThan(asked / 2)
  })
})

stories('why it was not tried again', (story) => {
  story('is told of every failure', async (open) => {
    const told = async (world: World, ask: () => Promise<unknown>) => {
      const before = world.reports.length
      await ask()
      await until('the report', () => world.reports.length > before)
      return world.reports.at(-1)?.notRetried
    }
    const get = (world: World) => told(world, () => world.client().get('/x').answer('GET', 5000))
    const send = (world: World, method: string, body: string) =>
      told(world, () => world.client().request(method, '/', `Content-Length: ${body.length}`).send(body).answer())

    const broken = await open({ backends: [await backend(resets)] })
    expect(await get(broken)).toBe('attempts-used-up')
    expect(await send(broken, 'POST', 'body')).toBe('not-idempotent')
    expect(await send(broken, 'PUT', 'x'.repeat(200_000))).toBe('body-gone')

    const off = await open({ backends: [await backend(resets)], pool: { retry: { attempts: 0 } } })
    expect(await get(off)).toBe('retries-off')

    const answers =
      (status: string): Story =>
      (_, socket) =>
        void socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`)
    const failing = await open({ backends: [await backend(answers('500 No'))], pool: { retry: { on: [503] } } })
    expect(await get(failing)).toBe('status-not-in-retry-on')
    const busy = await open({ backends: [await backend(answers('503 Busy'))], pool: { retry: { on: [503] } } })
    expect(await get(busy)).toBe('attempts-used-up')
    expect(await send(busy, 'POST', 'body')).toBe('not-idempotent')

    const silent = await open({ backends: [await backend(() => undefined)], poolMs: { headMs: 150 } })
    expect(await get(silent)).toBe('timed-out')

    const cut = await open({
      backends: [
        await backend((_, socket) => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')
          setTimeout(() => socket.resetAndDestroy(), 20)
        }),
      ],
    })
    expect(
      await told(cut, () =>
        cut
          .client()
          .get('/x')
          .answer()
          .catch(() => undefined),
      ),
    ).toBe('response-begun')

    const well = await open({ backends: [await deadPort(), await backend((_, socket) => socket.write(ok()))] })
    expect(await get(well)).toBeUndefined()
    expect(await get(well)).toBeUndefined()
  })

  story('a pool that has lost its last backend meanwhile says so, and a status is passed on', async (open) => {
    const world = await open({
      backends: [
        await backend((_, socket) => {
          loseAll(world)
          socket.resetAndDestroy()
        }),
      ],
    })
    expect((await world.client().get('/x').answer()).status).toBe(503)
    expect(world.reports).toMatchObject([{ attempts: 1, notRetried: 'no-other-backend' }])

    const busy = await open({
      backends: [
        await backend((_, socket) => {
          loseAll(busy)
          socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy')
        }),
      ],
      pool: { retry: { on: [503] } },
    })
    expect((await busy.client().get('/x').answer()).body).toBe('busy')
    expect(busy.reports).toMatchObject([{ ours: false, notRetried: 'no-other-backend' }])
  })
})
