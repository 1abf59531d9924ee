import { expect } from 'vitest'
import { COUNTER, counters } from '../scoreboard.ts'
import { backend, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import { FIRST, type World } from './testing/world.ts'

const UPGRADE = ['Connection: Upgrade', 'Upgrade: echo']
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'

/** Counts of the first backend. */
function counted(world: World, name: keyof typeof COUNTER): number {
  const row = new Float64Array(counters.length)
  world.reader.readCounters(FIRST, row)
  return row[COUNTER[name]] as number
}

/** What became of the only exchange. */
async function ending(world: World) {
  await until('the report', () => world.reports.length === 1, 5000)
  const [{ outcome, detail, status } = { outcome: '', detail: '', status: 0 }] = world.reports
  return { outcome, detail, status }
}

stories('a deadline of ours is not blamed on the client', (story) => {
  story('when it reads nothing', async (open) => {
    const at = await backend((_, socket) => socket.write(ok('x'.repeat(32 * 1024 * 1024))))
    const world = await open({ backends: [at], clientMs: { writeMs: 400 } })
    const client = world.client().get('/')
    await client.head()
    client.socket.pause()
    expect(await ending(world)).toEqual({
      status: 200,
      outcome: 'client-timeout',
      detail: 'The client read nothing for 400 ms; Evenkeel closed the connection (timeouts.write of the listener).',
    })
    expect([counted(world, 'clientTimeouts'), counted(world, 'aborted')]).toEqual([1, 0])
  })

  story('when it stops sending its body', async (open) => {
    const world = await open({ backends: [await backend()], clientMs: { bodyMs: 300 } })
    const client = world.client().request('POST', '/', 'Content-Length: 10').send('half')
    expect((await client.answer()).status).toBe(408)
    expect(await ending(world)).toEqual({
      status: 408,
      outcome: 'client-timeout',
      detail:
        'The client sent nothing of its request body for 300 ms; Evenkeel gave up waiting (timeouts.body of the listener).',
    })
    expect(counted(world, 'aborted')).toBe(0)
  })

  story('when a tunnel is idle', async (open) => {
    const at = await backend((_, socket) => socket.write(SWITCH))
    const world = await open({ backends: [at], poolMs: { tunnelMs: 300 } })
    const client = world.client().request('GET', '/', ...UPGRADE)
    await client.saw('101')
    await client.over()
    expect(await ending(world)).toEqual({
      status: 101,
      outcome: 'cut',
      detail: 'Neither side sent anything for 300 ms; Evenkeel closed both connections (timeouts.tunnel of the pool).',
    })
    expect([counted(world, 'cut'), counted(world, 'aborted')]).toEqual([1, 0])
  })

  story('when its backend is taken out', async (open) => {
    const at = await backend(() => undefined)
    const world = await open({ backends: [at] })
    world.client().get('/')
    await until('it to wait', () => at.heard.length === 1)
    world.listener.cut(FIRST)
    expect(await ending(world)).toMatchObject({
      outcome: 'cut',
      detail: 'Its backend was taken out before the response was complete; Evenkeel closed the connection.',
    })
    expect([counted(world, 'cut'), counted(world, 'aborted')]).toEqual([1, 0])
  })

  story('when the time to finish is over', async (open) => {
    const at = await backend(() => undefined)
    const world = await open({ backends: [at] })
    world.client().get('/')
    await until('it to wait', () => at.heard.length === 1)
    world.listener.destroy()
    expect(await ending(world)).toMatchObject({
      outcome: 'cut',
      detail: 'Evenkeel was stopping and the time to finish had passed; it closed the connection.',
    })
  })

  story('and a client that leaves is one that left', async (open) => {
    const at = await backend(() => undefined)
    const world = await open({ backends: [at] })
    const client = world.client().get('/')
    await until('it to wait', () => at.heard.length === 1)
    client.reset()
    expect(await ending(world)).toEqual({ status: 0, outcome: 'client-aborted', detail: '' })
    expect([counted(world, 'aborted'), counted(world, 'cut')]).toEqual([1, 0])
  })
})
