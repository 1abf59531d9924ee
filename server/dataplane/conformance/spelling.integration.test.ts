import { expect } from 'vitest'
import { backend, ok } from './testing/raw-backend.ts'
import { type Open, stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import { field } from './testing/wire.ts'

const codings = ['Chunked', 'CHUNKED', ' \tchunked', 'chunked ', 'cHUNKED  ']
const lengths = ['2 ', '2\t', ' \t2 \t ', '02']

stories('spelling', (story) => {
  const takesFraming = async (open: Open, name: string, spellings: string[], body: string, ours: string) => {
    const at = await backend((request, socket) => socket.write(ok(`${request.target} ${request.body}`)))
    const client = (await open({ backends: [at] })).client()
    for (const spelled of spellings) {
      client.send(`PUT /a HTTP/1.1\r\nHost: x\r\n${name}:${spelled}\r\n\r\n${body}`)
      expect([spelled, (await client.answer()).body]).toEqual([spelled, '/a hi'])
      expect((await client.get('/b').answer()).body).toBe('/b ')
    }
    for (const { head } of at.heard.filter(({ target }) => target === '/a'))
      expect(head.match(/^(?:content-length|transfer-encoding):.*$/gim)?.map((line) => line.toLowerCase())).toEqual([
        ours,
      ])
  }

  story(
    'takes chunked in any case with whitespace around it from a client, and sends its own spelling on',
    async (open) => {
      await takesFraming(open, 'Transfer-Encoding', codings, '2\r\nhi\r\n0\r\n\r\n', 'transfer-encoding: chunked')
    },
  )

  story('takes chunked with a tab behind it from a client, and sends its own spelling on', async (open) => {
    const spelled = ['chunked\t', 'Chunked \t ']
    await takesFraming(open, 'TRANSFER-encoding', spelled, '2\r\nhi\r\n0\r\n\r\n', 'transfer-encoding: chunked')
  })

  story('takes a length with whitespace around it from a client, and sends its own spelling on', async (open) => {
    await takesFraming(open, 'content-LENGTH', lengths, 'hi', 'content-length: 2')
  })

  story('takes Connection, Upgrade, Expect and Host in any case, with whitespace around them', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(field(request, 'host') ?? '')))
    const world = await open({ backends: [at], route: { match: { host: 'example.test' } } })
    const client = world.client().send('GET / HTTP/1.1\r\nHost: \t Example.Test:80 \t\r\nConnection:  Close \t\r\n\r\n')
    expect((await client.answer()).body).toBe('Example.Test:80')
    expect(await client.over()).toBe('end')
    const expecting = world.client().request('PUT', '/', 'Expect: \t100-CONTINUE ', 'Content-Length: 2').send('hi')
    expect((await expecting.answer()).status).toBe(200)
    const kept = world.client().send('GET / HTTP/1.0\r\nHost: example.test\r\nConnection: \tKeep-Alive \r\n\r\n')
    expect(field(await kept.answer(), 'connection')?.toLowerCase()).toBe('keep-alive')
  })

  story(
    'takes Connection, Keep-Alive and Upgrade of a backend in any case, with whitespace around them',
    async (open) => {
      const at = await backend((request, socket) => {
        if (field(request, 'upgrade') !== undefined)
          socket.write('HTTP/1.1 101 Ok\r\nConnection: \tUPGRADE \r\nUpgrade: WEBSOCKET \r\n\r\nhello')
        else if (request.target === '/close') socket.write(ok('c', 'Connection: \tClose \t'))
        else socket.write(ok('k', 'Keep-Alive: timeout=1 , max=9 '))
      })
      const world = await open({ backends: [at], poolMs: { keepAliveMs: 60_000 } })
      const client = world.client()
      expect((await client.get('/close').answer()).body).toBe('c')
      await until('the connection to be closed', () => at.sockets.size === 0, 1000)
      expect((await client.get('/').answer()).body).toBe('k')
      await until('the idle connection to be closed', () => at.sockets.size === 0, 3000)
      const tunnel = world.client().get('/', 'Connection: upgrade', 'Upgrade: WebSocket')
      await tunnel.saw('hello')
    },
  )
})
