import { expect } from 'vitest'
import { backend, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
const UPGRADE = ['Connection: Upgrade', 'Upgrade: echo']
const PAUSE = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Sizes around what the system takes of an answer that nobody reads: with some of them only the last piece is left waiting. */
async function sizes(take: (size: number) => Promise<number>): Promise<number[]> {
  const most = await take(64 * 1024 * 1024)
  return Array.from({ length: 24 }, (_, index) => most - 90_000 + index * 5_000)
}

stories('half-closed', (story) => {
  for (const how of ['a client that has half-closed', 'a client told to close']) {
    story(`lets ${how} go when it does not take the end of its answer`, async (open) => {
      let size = 0
      const at = await backend((_, socket) => socket.write(ok('x'.repeat(size))))
      const world = await open({ backends: [at], clientMs: { writeMs: 500 } })
      const unread = async (bytes: number) => {
        size = bytes
        const client = world.client()
        client.socket.pause()
        client.get('/', how.endsWith('close') ? 'Connection: close' : 'X: y')
        if (!how.endsWith('close')) client.end()
        await PAUSE(60)
        return (world.reports.at(-1)?.bytesOut ?? 0) || bytes
      }
      const probe = await backend((_, socket) => {
        const piece = Buffer.alloc(65_536)
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${64 << 20}\r\n\r\n`)
        const more = () => {
          while (socket.writable && socket.write(piece));
        }
        socket.on('drain', more)
        more()
      })
      const other = await open({ backends: [probe], clientMs: { writeMs: 500 } })
      const stuck = other.client()
      stuck.socket.pause()
      stuck.get('/')
      await until('the stuck client to be cut', () => other.reports.length === 1)
      const most = other.reports[0]?.bytesOut ?? 0
      for (const bytes of await sizes(async () => most)) await unread(bytes)
      await until('all of them to be gone', () => world.listener.connections() === 0, 8000)
    })
  }

  story('lets a client go that half-closes behind requests whose answers do not come', async (open) => {
    const at = await backend((request, socket) => {
      if (request.target === '/1') socket.write(ok('one'))
    })
    const world = await open({ backends: [at] })
    const client = world.client().get('/1').get('/2')
    client.end()
    expect((await client.answer()).body).toBe('one')
    client.socket.destroy()
    await until('the backend to be let go', () => at.heard.length === 2 && world.leases() === 0, 4000)
  })

  story('does not wait for a body that a half-closed client will never send', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.target)))
    const world = await open({ backends: [at] })
    const client = world.client()
    client.send('GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST /c HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc')
    client.end()
    await until('the client to be let go', () => world.listener.connections() === 0, 3000)
    await world.quiet()
  })

  story('tells the backend of a half-close that came before its 101, and lets it speak on', async (open) => {
    let told = false
    const at = await backend((_, socket) => {
      socket.removeAllListeners('data').removeAllListeners('end').resume()
      socket.on('end', () => {
        told = true
      })
      setTimeout(() => socket.write(`${SWITCH}hello`), 100)
      setTimeout(() => socket.end(' and goodbye'), 1600)
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('GET', '/', ...UPGRADE)
    client.end()
    await client.saw('hello')
    await until('the backend to hear the end', () => told)
    await client.saw(' and goodbye')
    expect(await client.over()).toBe('end')
  })

  story('does not hurry a slow reader of a half-closed tunnel, and cuts it so that it notices', async (open) => {
    const total = 16 * 1024 * 1024
    const at = await backend((_, socket) => {
      socket.removeAllListeners('data').removeAllListeners('end').resume()
      socket.write(SWITCH)
      socket.on('end', () => socket.end(Buffer.alloc(total, 'd')))
    })
    const world = await open({ backends: [at], poolMs: { tunnelMs: 300 }, clientMs: { writeMs: 2500 } })
    const client = world.client().request('GET', '/', ...UPGRADE)
    await client.saw('101')
    client.socket.pause()
    client.end()
    await PAUSE(1200)
    client.socket.resume()
    await until('everything to arrive', () => client.received.endsWith('d'.repeat(100)) && client.gone, 8000)
    expect(client.received.length - client.received.indexOf('d'.repeat(100))).toBe(total)
    const late = world.client().request('GET', '/', ...UPGRADE)
    await late.saw('101')
    late.socket.pause()
    late.end()
    await until('the tunnel to be cut', () => world.leases() === 0, 8000)
    late.socket.resume()
    expect(await late.over()).toBe('reset')
  })

  story('takes whatever a client sends before it has been told of the switch', async (open) => {
    const early = 'e'.repeat(400_000)
    let heard = 0
    const at = await backend((_, socket) => {
      socket.removeAllListeners('data')
      socket.on('data', (bytes) => {
        heard += bytes.length
      })
      setTimeout(() => socket.write(SWITCH), 100)
    })
    const world = await open({ backends: [at] })
    const client = world
      .client()
      .request('GET', '/', ...UPGRADE)
      .send(early)
    await client.saw('101')
    client.send('and more')
    await until('all of it to arrive', () => heard >= early.length + 8)
    client.reset()
    await world.quiet()
  })
})
