import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { backend, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until, within } from './testing/until.ts'
import { field } from './testing/wire.ts'
import { FIRST } from './testing/world.ts'

const UPGRADE = ['Connection: Upgrade', 'Upgrade: echo']
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'

/** A backend that switches and then returns every byte. */
function echo() {
  return backend((_, socket) => {
    socket.removeAllListeners('data')
    socket.write(SWITCH)
    socket.on('data', (bytes) => socket.write(bytes))
  })
}

stories('tunnels', (story) => {
  story('carries a WebSocket', async (open) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await new Promise((resolve) => server.once('listening', resolve))
    server.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })))
    try {
      const world = await open({ backends: [(server.address() as AddressInfo).port] })
      const socket = new WebSocket(`ws://127.0.0.1:${world.listener.port}/chat`)
      await within('the WebSocket to open', new Promise((resolve) => socket.once('open', resolve)))
      expect(world.reader.tunnels(FIRST)).toBe(1)
      for (const message of ['hello', 'x'.repeat(100_000)]) {
        const back = new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))))
        socket.send(message)
        expect(await within('the echo', back)).toBe(message)
      }
      const over = new Promise<number>((resolve) => socket.once('close', resolve))
      socket.close(1000)
      expect(await within('the WebSocket to close', over)).toBe(1000)
      await world.quiet()
      expect(world.reports.at(-1)).toMatchObject({ status: 101, outcome: 'complete' })
    } finally {
      server.close()
    }
  })

  story('joins both sides from the first byte behind either head', async (open) => {
    const at = await backend((_, socket) => {
      socket.removeAllListeners('data')
      socket.write(`${SWITCH}welcome`)
      socket.on('data', (bytes) => socket.write(bytes))
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('GET', '/', ...UPGRADE)
    await client.saw('welcome')
    const head = await client.head()
    expect([head.line.slice(9, 12), field(head, 'upgrade'), field(head, 'connection')?.toLowerCase()]).toEqual([
      '101',
      'echo',
      'upgrade',
    ])
    client.send('hello')
    await client.saw('welcomehello')
  })

  story('takes bytes that the client sends before it has been told', async (open) => {
    const world = await open({ backends: [await echo()] })
    const client = world
      .client()
      .request('GET', '/', ...UPGRADE)
      .send('eager')
    await client.saw('\r\n\r\neager')
  })

  story('goes on as HTTP when the backend does not switch', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.target)))
    const world = await open({ backends: [at] })
    const client = world.client()
    expect((await client.request('GET', '/a', ...UPGRADE).answer()).body).toBe('/a')
    await world.quiet()
  })

  story('tries another backend when the first refuses the connection of an upgrade', async (open) => {
    const { deadPort } = await import('./testing/raw-backend.ts')
    const world = await open({ backends: [await deadPort(), await echo()] })
    for (let turn = 0; turn < 2; turn++) {
      const client = world.client().request('GET', '/', ...UPGRADE)
      await client.saw('101')
      client.send('ping')
      await client.saw('ping')
    }
  })

  story('passes half-close on: the backend may still speak', async (open) => {
    const at = await backend((_, socket) => {
      socket.removeAllListeners('data')
      socket.removeAllListeners('end')
      socket.resume()
      socket.write(SWITCH)
      socket.on('end', () => socket.end('last words'))
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('GET', '/', ...UPGRADE)
    await client.saw('101')
    client.end()
    await client.saw('last words')
    expect(await client.over()).toBe('end')
    await world.quiet()
  })

  story('passes half-close of the backend on: the client may still speak', async (open) => {
    let heard = ''
    const at = await backend((_, socket) => {
      socket.removeAllListeners('data')
      socket.end(SWITCH)
      socket.on('data', (bytes) => {
        heard += bytes
      })
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('GET', '/', ...UPGRADE)
    expect(await client.over()).toBe('end')
    client.send('still here')
    await until('the last bytes', () => heard === 'still here')
    client.end()
    await world.quiet()
  })

  story('closes a silent tunnel after its time, and not before', async (open) => {
    const world = await open({ backends: [await echo()], poolMs: { tunnelMs: 500 } })
    const client = world.client().request('GET', '/', ...UPGRADE)
    await client.saw('101')
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      client.send(`${turn}`)
    }
    await client.saw('0123')
    await client.over(3000)
    await world.quiet()
  })

  story('closes the other side when one side breaks', async (open) => {
    const at = await echo()
    const world = await open({ backends: [at] })
    const first = world.client().request('GET', '/', ...UPGRADE)
    await first.saw('101')
    first.reset()
    await until('the backend to be told', () => at.sockets.size === 0)
    const second = world.client().request('GET', '/', ...UPGRADE)
    await second.saw('101')
    for (const socket of at.sockets) socket.resetAndDestroy()
    await second.over()
    await world.quiet()
  })

  story('holds back a side that is faster than the other', async (open) => {
    let written = 0
    const at = await backend((_, socket) => {
      socket.removeAllListeners('data')
      socket.write(SWITCH)
      const piece = Buffer.alloc(65_536, 'x')
      const more = () => {
        while (written < 64 * 1024 * 1024) {
          written += piece.length
          if (!socket.write(piece)) return void socket.once('drain', more)
        }
      }
      more()
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('GET', '/', ...UPGRADE)
    await client.saw('101')
    client.socket.pause()
    let before = -1
    await until('the backend to be held back', () => {
      const still = written === before
      before = written
      return still
    })
    expect(written).toBeLessThan(48 * 1024 * 1024)
  })
})
