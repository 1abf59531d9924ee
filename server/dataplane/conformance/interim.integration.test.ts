import { expect } from 'vitest'
import { backend, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { field } from './testing/wire.ts'

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

stories('interim and early answers', (story) => {
  story('lets a client that expects 100 go on, once', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.body)), {
      onHead: (head, socket) => {
        if (field(head, 'expect') !== undefined) socket.write(CONTINUE)
      },
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('POST', '/', 'Content-Length: 4', 'Expect: 100-continue')
    await client.saw('HTTP/1.1 100 Continue\r\n\r\n')
    client.send('body')
    const answer = await client.answer()
    expect([answer.body, answer.interim.length]).toEqual(['body', 1])
    client.request('POST', '/', 'Content-Length: 3').send('two')
    expect((await client.answer()).interim.length).toBe(0)
  })

  story('keeps 100 from a client that did not ask', async (open) => {
    const at = await backend((_, socket) => socket.write(CONTINUE + ok('x')))
    const world = await open({ backends: [at] })
    const answer = await world.client().get('/').answer()
    expect([answer.body, answer.interim]).toEqual(['x', []])
  })

  story('passes a refusal on to a client that waits for 100, and closes', async (open) => {
    const at = await backend(() => undefined, {
      onHead: (_, socket) => socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'),
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('PUT', '/', 'Content-Length: 1000', 'Expect: 100-continue')
    const answer = await client.answer('PUT')
    expect([answer.status, answer.body, field(answer, 'connection'), answer.interim.length]).toEqual([
      403,
      'no',
      'close',
      0,
    ])
    expect(await client.over()).toBe('end')
  })

  story('takes a client that expects 100 and does not wait for it', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.body)))
    const world = await open({ backends: [at] })
    const client = world.client().request('POST', '/', 'Content-Length: 5', 'Expect: 100-continue').send('eager')
    expect((await client.answer()).body).toBe('eager')
  })

  story('refuses any other expectation', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const client = world.client().request('POST', '/', 'Content-Length: 0', 'Expect: a-miracle')
    expect((await client.answer()).status).toBe(417)
    expect(at.heard.length).toBe(0)
  })

  story('passes early hints on', async (open) => {
    const at = await backend((_, socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n')
      setTimeout(() => socket.write(ok('page')), 20)
    })
    const world = await open({ backends: [at] })
    const answer = await world.client().get('/').answer()
    expect(answer.interim.map((one) => [one.line.slice(9, 12), field(one, 'link')])).toEqual([
      ['103', '</a.css>; rel=preload'],
    ])
    expect(answer.body).toBe('page')
  })

  story('keeps interim answers from a client of HTTP/1.0', async (open) => {
    const at = await backend((_, socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok('x')}`))
    const world = await open({ backends: [at] })
    const answer = await world.client().send('GET / HTTP/1.0\r\nHost: x\r\n\r\n').answer()
    expect([answer.body, answer.interim]).toEqual(['x', []])
  })

  story('passes an answer on that comes before the body has ended, and closes behind it', async (open) => {
    const at = await backend(() => undefined, {
      onHead: (_, socket) => socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig'),
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('POST', '/', 'Content-Length: 1000000').send('x'.repeat(1000))
    const answer = await client.answer()
    expect([answer.status, answer.body, field(answer, 'connection')]).toEqual([413, 'big', 'close'])
    await client.over()
  })

  story('gives an early answer to a client that goes on sending', async (open) => {
    const at = await backend(() => undefined, {
      onHead: (_, socket) => socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nwho?'),
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('POST', '/', 'Content-Length: 500000')
    for (let sent = 0; sent < 400_000; sent += 20_000) client.send('x'.repeat(20_000))
    expect((await client.answer()).body).toBe('who?')
  })

  story('lets body and answer flow at the same time', async (open) => {
    const at = await backend(() => undefined, {
      deaf: true,
      onConnection: (socket) => {
        let seen = ''
        let begun = false
        socket.on('data', (chunk) => {
          seen += chunk.toString('latin1')
          if (!begun && seen.includes('\r\n\r\n')) {
            begun = true
            socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
          }
          const word = /ping(\d)/.exec(chunk.toString('latin1'))
          if (word !== null) socket.write(`5\r\npong${word[1]}\r\n`)
          if (seen.endsWith('0\r\n\r\n')) socket.write('0\r\n\r\n')
        })
      },
    })
    const world = await open({ backends: [at] })
    const client = world.client().request('POST', '/', 'Transfer-Encoding: chunked')
    for (const turn of [1, 2, 3]) {
      client.send(`5\r\nping${turn}\r\n`)
      await client.saw(`pong${turn}`)
    }
    client.send('0\r\n\r\n')
    expect((await client.answer()).body).toBe('pong1pong2pong3')
  })
})
