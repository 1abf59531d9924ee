import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { expect } from 'vitest'
import { backend, deadPort, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'
import { field } from './testing/wire.ts'

/** As the command line of Docker asks for it with POST, for exec and attach. */
const TCP = ['Connection: Upgrade', 'Upgrade: tcp']
const SWITCH = 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n'

/** A backend that switches behind the body and then returns every byte. */
function echo(onHead: (socket: Socket) => void = () => undefined) {
  return backend(
    (_, socket) => {
      socket.removeAllListeners('data')
      socket.write(SWITCH)
      socket.on('data', (bytes) => socket.write(bytes))
    },
    { onHead: (_, socket) => onHead(socket) },
  )
}

stories('upgrades with a body', (story) => {
  story('goes on as HTTP when the backend does not switch behind a body', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(`${request.target} ${request.body}`)))
    const world = await open({ backends: [at] })
    const client = world.client()
    for (let turn = 0; turn < 2; turn++) {
      client.request('POST', '/a', ...TCP, 'Content-Length: 2').send('hi')
      expect((await client.answer()).body).toBe('/a hi')
      client.request('POST', '/b', ...TCP, 'Transfer-Encoding: chunked').send('2\r\nhi\r\n0\r\n\r\n')
      expect((await client.answer()).body).toBe('/b hi')
      expect((await client.get('/c').answer()).body).toBe('/c ')
    }
    expect(at.connections).toBe(1)
  })

  story('switches behind a request body, however it is framed', async (open) => {
    const at = await echo()
    const world = await open({ backends: [at] })
    for (const [framing, body] of [
      ['Content-Length: 15', '{"Detach":false'],
      ['Transfer-Encoding: chunked', '5\r\n{"Det\r\na;x=y\r\nach":false\r\n0\r\nX-T: 1\r\n\r\n'],
      ['Content-Length: 0', ''],
    ] as const) {
      // The body in pieces, what is for the tunnel behind it in one read with its end; then both at once.
      for (const pieces of [[body.slice(0, 7), `${body.slice(7)}eager`], [`${body}eager`]]) {
        const client = world.client().request('POST', '/exec/1/start', ...TCP, framing)
        for (const piece of pieces) {
          client.send(piece)
          await new Promise((resolve) => setImmediate(resolve))
        }
        await client.saw('\r\n\r\neager')
        expect(field(await client.head(), 'upgrade')).toBe('tcp')
        client.send(' more')
        await client.saw('eager more')
        client.reset()
      }
    }
    expect(at.heard.map((request) => request.body)).toEqual([
      ...['{"Detach":false', '{"Detach":false', '{"Detach":false', '{"Detach":false', '', ''],
    ])
    for (const heard of at.heard)
      expect([field(heard, 'upgrade'), field(heard, 'connection')?.toLowerCase()]).toEqual(['tcp', 'upgrade'])
  })

  story('switches behind a body that its client announces with Expect', async (open) => {
    const at = await echo((socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'))
    const world = await open({ backends: [at] })
    const client = world.client().request('POST', '/', ...TCP, 'Content-Length: 4', 'Expect: 100-continue')
    await client.saw('100 Continue')
    client.send('body')
    await client.saw('101')
    client.send('ping')
    await client.saw('ping')
    expect(at.heard[0]?.body).toBe('body')
  })

  story('passes the rest of a body on first when the backend switches before it has come', async (open) => {
    for (const [framing, first, rest, all] of [
      ['Content-Length: 10', 'abc', 'defghij', 'abcdefghij'],
      ['Transfer-Encoding: chunked', '3\r\nab', 'c\r\n1;x\r\nd\r\n0\r\n\r\n', '3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n'],
    ] as const) {
      let heard = ''
      const at = await backend(() => undefined, {
        deaf: true,
        onConnection: (socket) =>
          socket.on('data', (bytes) => {
            if (heard === '') socket.write(`${SWITCH}welcome`)
            heard += bytes
          }),
      })
      const world = await open({ backends: [at] })
      const client = world
        .client()
        .request('POST', '/', ...TCP, framing)
        .send(first)
      await client.saw('welcome')
      client.send(`${rest}and more`)
      await until('all of it', () => heard.endsWith(`\r\n\r\n${all}and more`))
      client.reset()
      await world.quiet()
      expect(world.reports.at(-1)).toMatchObject({ status: 101, outcome: 'complete' })
    }
  })

  story('loses nothing of a big body whose backend switches at once and reads late', async (open) => {
    const size = 6 * 1024 * 1024
    const sent = randomBytes(size)
    const parts: Buffer[] = []
    let length = 0
    const at = await backend(() => undefined, {
      deaf: true,
      onConnection: (socket) => {
        socket.once('data', (head: Buffer) => {
          parts.push(head)
          length += head.length
          socket.write(SWITCH)
          socket.pause()
          setTimeout(() => socket.resume(), 200)
          socket.on('data', (bytes: Buffer) => {
            parts.push(bytes)
            length += bytes.length
          })
        })
      },
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('POST', '/', ...TCP, `Content-Length: ${size}`)
    client.socket.write(sent)
    client.send('the tunnel')
    await until(
      'all of it',
      () => length >= size && Buffer.concat(parts).toString('latin1').endsWith('the tunnel'),
      10_000,
    )
    const all = Buffer.concat(parts)
    expect(all.subarray(all.indexOf('\r\n\r\n') + 4).equals(Buffer.concat([sent, Buffer.from('the tunnel')]))).toBe(
      true,
    )
  })

  story('cuts a client whose body turns out invalid, or stops, behind the switch', async (open) => {
    const at = await backend(() => undefined, {
      deaf: true,
      onConnection: (socket) => socket.once('data', () => socket.write(SWITCH)),
    })
    const world = await open({ backends: [at], clientMs: { bodyMs: 300 } })
    for (const body of ['3\r\nabcX', '3\r\nab']) {
      const client = world.client().request('POST', '/', ...TCP, 'Transfer-Encoding: chunked')
      await client.saw('101')
      client.send(body)
      await client.over()
      await world.quiet()
    }
  })

  story('tries another backend when the first refuses the connection of an upgrade with a body', async (open) => {
    const world = await open({ backends: [await deadPort(), await echo()] })
    for (let turn = 0; turn < 2; turn++) {
      const client = world
        .client()
        .request('POST', '/', ...TCP, 'Content-Length: 4')
        .send('body')
      await client.saw('101')
      client.send('ping')
      await client.saw('ping')
    }
  })
})
