import { expect } from 'vitest'
import { backend, deadPort, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { until } from './testing/until.ts'

stories('retries', (story) => {
  story('hides a dead backend, whatever the method', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.body || request.target)))
    const world = await open({ backends: [await deadPort(), at] })
    const client = world.client()
    for (let turn = 0; turn < 4; turn++) {
      expect((await client.get('/get').answer()).body).toBe('/get')
      client.request('POST', '/', 'Content-Length: 4').send('post')
      expect((await client.answer()).body).toBe('post')
    }
    expect(world.failures.length).toBeGreaterThan(2)
    expect(world.reports.some((report) => report.attempts === 2)).toBe(true)
  })

  story('tries elsewhere when a backend resets before it answers', async (open) => {
    const bad = await backend((_, socket) => void socket.resetAndDestroy())
    const good = await backend()
    const world = await open({ backends: [bad, good] })
    const client = world.client()
    for (let turn = 0; turn < 4; turn++) expect((await client.get('/x').answer()).body).toBe('/x')
    expect(bad.heard.length).toBeGreaterThan(0)
  })

  story('never executes a POST twice', async (open) => {
    const bad = await backend((_, socket) => void socket.resetAndDestroy())
    const good = await backend()
    const world = await open({ backends: [bad, good], pool: { retry: { attempts: 3, on: [502, 503, 504] } } })
    const client = world.client()
    for (let turn = 0; turn < 4; turn++) {
      client.request('POST', `/${turn}`, 'Content-Length: 4').send('once')
      expect([200, 502]).toContain((await client.answer()).status)
    }
    const heard = [...bad.heard, ...good.heard].map((request) => request.target)
    expect(heard.sort()).toEqual(['/0', '/1', '/2', '/3'])
  })

  story('repeats a PUT with its whole body while it is small', async (open) => {
    const bad = await backend((_, socket) => void socket.resetAndDestroy())
    const good = await backend((request, socket) => socket.write(ok(String(request.body.length))))
    const world = await open({ backends: [bad, good] })
    const client = world.client()
    for (let turn = 0; turn < 2; turn++) {
      client.request('PUT', '/', 'Content-Length: 60000').send('x'.repeat(60_000))
      expect((await client.answer()).body).toBe('60000')
    }
    expect(bad.heard.length).toBe(1)
    expect(bad.heard[0]?.body.length).toBe(60_000)
  })

  story('repeats a chunked PUT with its trailers', async (open) => {
    const bad = await backend((_, socket) => void socket.resetAndDestroy())
    const good = await backend((request, socket) => socket.write(ok(request.body)))
    const world = await open({ backends: [bad, good] })
    const client = world.client()
    for (let turn = 0; turn < 2; turn++) {
      client.request('PUT', '/', 'Transfer-Encoding: chunked').send('3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n')
      expect((await client.answer()).body).toBe('abcdef')
    }
  })

  story('does not repeat a body that has outgrown the bound', async (open) => {
    const bad = await backend((_, socket) => void socket.resetAndDestroy())
    const world = await open({ backends: [bad] })
    const client = world.client().request('PUT', '/', 'Content-Length: 200000').send('x'.repeat(200_000))
    expect((await client.answer()).status).toBe(502)
    expect(bad.heard.length).toBe(1)
  })

  story('takes a big body to another backend when the first refuses the connection', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(String(request.body.length))))
    const world = await open({ backends: [await deadPort(), at] })
    const client = world.client()
    for (let turn = 0; turn < 2; turn++) {
      client.request('POST', '/', 'Content-Length: 300000').send('x'.repeat(300_000))
      expect((await client.answer()).body).toBe('300000')
    }
  })

  story('tries elsewhere on the statuses that the pool names', async (open) => {
    const bad = await backend((_, socket) => socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy'))
    const good = await backend()
    const world = await open({ backends: [bad, good], pool: { retry: { attempts: 1, on: [503] } } })
    const client = world.client()
    for (let turn = 0; turn < 4; turn++) expect((await client.get('/x').answer()).body).toBe('/x')
    client.request('POST', '/', 'Content-Length: 0')
    const first = await client.answer()
    client.request('POST', '/', 'Content-Length: 0')
    expect([first.status, (await client.answer()).status].sort()).toEqual([200, 503])
  })

  story('passes the last status on when nobody does better', async (open) => {
    const busy = (_: unknown, socket: { write(text: string): unknown }) =>
      void socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy')
    const one = await backend(busy)
    const two = await backend(busy)
    const world = await open({ backends: [one, two], pool: { retry: { attempts: 1, on: [503] } } })
    const answer = await world.client().get('/').answer()
    expect([answer.status, answer.body]).toEqual([503, 'busy'])
    expect(one.heard.length + two.heard.length).toBe(2)
  })

  story('limits the time of one try when told to', async (open) => {
    const silent = await backend(() => undefined)
    const good = await backend()
    const world = await open({ backends: [silent, good], pool: { retry: { attempts: 1, timeout: '200ms' } } })
    const client = world.client()
    for (let turn = 0; turn < 2; turn++) expect((await client.get('/x').answer('GET', 3000)).body).toBe('/x')
    expect(silent.heard.length).toBe(1)
    expect(world.failures.map((failure) => failure.kind)).toEqual(['try-timeout'])
  })

  story('hides the race for an idle connection', async (open) => {
    // Closes each connection exactly when its second request comes, as a server does whose idle time has just run out.
    const at = await backend((request, socket) => {
      if (request.nth > 0) socket.resetAndDestroy()
      else socket.write(ok(request.target))
    })
    const world = await open({ backends: [at] })
    const client = world.client()
    for (let turn = 0; turn < 10; turn++) expect((await client.get(`/${turn}`).answer()).body).toBe(`/${turn}`)
    // A race is nobody's fault.
    expect(world.failures).toEqual([])
  })

  story('hides it also when the backend closes properly', async (open) => {
    const at = await backend((request, socket) => {
      if (request.nth > 0) socket.end()
      else socket.write(ok(request.target))
    })
    const world = await open({ backends: [at] })
    const client = world.client()
    for (let turn = 0; turn < 10; turn++) expect((await client.get(`/${turn}`).answer()).body).toBe(`/${turn}`)
    expect(world.failures).toEqual([])
  })

  story('does not use a connection that has been closed while idle', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const client = world.client()
    for (let turn = 0; turn < 5; turn++) {
      client.request('POST', `/${turn}`, 'Content-Length: 0')
      expect((await client.answer()).body).toBe(`/${turn}`)
      await world.quiet()
      for (const socket of at.sockets) socket.end()
      await until('the idle connection to be closed', () => at.sockets.size === 0)
    }
    expect(at.connections).toBe(5)
  })

  story('loses nothing when a backend is restarted again and again', async (open) => {
    const at = await backend()
    const other = await backend()
    const world = await open({ backends: [at, other] })
    const breaking = setInterval(() => {
      for (const socket of at.sockets) socket.resetAndDestroy()
    }, 3)
    try {
      const get = async () => {
        const client = world.client()
        for (let turn = 0; turn < 40; turn++) expect((await client.get('/x').answer()).status).toBe(200)
      }
      await Promise.all(Array.from({ length: 8 }, get))
    } finally {
      clearInterval(breaking)
    }
  })
})
