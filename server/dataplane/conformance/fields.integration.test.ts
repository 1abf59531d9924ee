import { expect } from 'vitest'
import { backend, type Heard, ok } from './testing/raw-backend.ts'
import { stories } from './testing/stories.ts'
import { field, fieldValues } from './testing/wire.ts'

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/

stories('fields', (story) => {
  story('says who the client is, and believes no stranger about it', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const lies = [
      'X-Forwarded-For: 6.6.6.6',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: evil.test',
      'X-Forwarded-Port: 1',
      'Forwarded: for=6.6.6.6',
      'X-Real-IP: 6.6.6.6',
      'X-Request-Id: mine',
    ]
    const answer = await world
      .client()
      .get('/', ...lies)
      .answer()
    const heard = at.heard[0] as Heard
    expect(fieldValues(heard, 'x-forwarded-for')).toEqual(['127.0.0.1'])
    expect(fieldValues(heard, 'x-forwarded-proto')).toEqual(['http'])
    expect(fieldValues(heard, 'x-forwarded-host')).toEqual(['example.test'])
    expect(fieldValues(heard, 'x-forwarded-port')).toEqual(['80'])
    expect(fieldValues(heard, 'forwarded')).toEqual([])
    expect(fieldValues(heard, 'x-real-ip')).toEqual([])
    expect(fieldValues(heard, 'via')).toEqual([])
    expect(fieldValues(heard, 'host')).toEqual(['example.test'])
    expect(field(heard, 'x-request-id')).toMatch(ULID)
    expect(fieldValues(answer, 'x-request-id')).toEqual([field(heard, 'x-request-id')])
    expect(fieldValues(answer, 'via')).toEqual(['1.1 evenkeel'])
  })

  story('believes a trusted proxy and adds itself', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at], listener: { trustedProxies: ['127.0.0.0/8'] } })
    const said = [
      'X-Forwarded-For: 203.0.113.9, 198.51.100.2',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: shop.test',
      'X-Request-Id: from-the-edge',
      'Via: 1.1 edge',
    ]
    const answer = await world
      .client()
      .get('/', ...said)
      .answer()
    const heard = at.heard[0] as Heard
    expect(fieldValues(heard, 'x-forwarded-for').join(', ')).toBe('203.0.113.9, 198.51.100.2, 127.0.0.1')
    expect(fieldValues(heard, 'x-forwarded-proto')).toEqual(['https'])
    expect(fieldValues(heard, 'x-forwarded-host')).toEqual(['shop.test'])
    expect(fieldValues(heard, 'x-forwarded-port')).toEqual(['443'])
    expect(fieldValues(heard, 'via')).toEqual(['1.1 edge'])
    expect(fieldValues(heard, 'x-request-id')).toEqual(['from-the-edge'])
    expect(field(answer, 'x-request-id')).toBe('from-the-edge')
  })

  story('says the port that the client has asked for, and not its own', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(fieldValues(request, 'x-forwarded-port').join())))
    const world = await open({ backends: [at] })
    const trusting = await open({ backends: [at], listener: { trustedProxies: ['127.0.0.1'] } })
    const port = async (from: typeof world, host: string, ...fields: string[]) =>
      (
        await from
          .client()
          .send(`GET / HTTP/1.1\r\n${[`Host: ${host}`, ...fields].join('\r\n')}\r\n\r\n`)
          .answer()
      ).body
    expect(await port(world, 'shop.test')).toBe('80')
    expect(await port(world, 'shop.test:8443', 'X-Forwarded-Proto: https', 'X-Forwarded-Port: 9')).toBe('8443')
    expect(await port(world, '[2001:db8::7]:81')).toBe('81')
    expect(await port(trusting, 'shop.test', 'X-Forwarded-Proto: https')).toBe('443')
    expect(await port(trusting, 'inner.test:8080', 'X-Forwarded-Host: shop.test:444')).toBe('444')
    expect(await port(trusting, 'shop.test', 'X-Forwarded-Port: 8443')).toBe('8443')
    expect((await world.client().send('GET / HTTP/1.0\r\n\r\n').answer()).body).toBe('80')
  })

  story('adds itself to Via towards backends only where that is wished', async (open) => {
    const at = await backend()
    const client = (await open({ backends: [at], listener: { via: true } })).client()
    await client.get('/').answer()
    await client.get('/', 'Via: 1.1 edge').answer()
    expect(at.heard.map((heard) => fieldValues(heard, 'via').join(', '))).toEqual([
      '1.1 evenkeel',
      '1.1 edge, 1.1 evenkeel',
    ])
  })

  story('keeps one client on one backend by its address, however proxies write it', async (open) => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const all = await Promise.all(names.map((name) => backend((_, socket) => socket.write(ok(name)))))
    const pool = { strategy: { type: 'hash', on: 'client-ip' } }
    const world = await open({ backends: all, pool, listener: { trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] } })
    const client = world.client()
    const choice = async (...fields: string[]) => (await client.get('/', ...fields).answer()).body
    const visitors = Array.from({ length: 12 }, (_, index) => `198.51.100.${index}`)
    const chosen: string[] = []
    for (const visitor of visitors) {
      const plain = await choice(`X-Forwarded-For: ${visitor}`)
      chosen.push(plain)
      for (const said of [
        `X-Forwarded-For: ${visitor}:51000`,
        `X-Forwarded-For: 6.6.6.6, ${visitor}:51001, 10.1.1.1:80`,
        `X-Forwarded-For: ::ffff:${visitor}`,
        `Forwarded: for=${visitor}`,
        `Forwarded: for="${visitor}:51000";proto=https, for=10.1.1.1`,
        `Forwarded: for=6.6.6.6\r\nforwarded: For="${visitor}"`,
        `Forwarded: for=6.6.6.6\r\nX-Forwarded-For: ${visitor}`,
      ])
        expect([said, await choice(said)]).toEqual([said, plain])
      expect(world.reports.at(-1)?.client).toBe(visitor)
    }
    expect(new Set(chosen).size).toBeGreaterThan(2)
    const six = await choice('X-Forwarded-For: 2001:db8::7')
    for (const said of [
      'X-Forwarded-For: [2001:db8::7]:443',
      'X-Forwarded-For: [2001:DB8::7]',
      'Forwarded: for="[2001:db8::7]"',
    ])
      expect(await choice(said)).toBe(six)
  })

  story(
    'says in X-Forwarded-* what a trusted proxy says in Forwarded alone, and believes no stranger',
    async (open) => {
      const at = await backend()
      const line = 'Forwarded: for="[2001:db8::7]:443";proto=https;host=shop.test'
      const trusting = await open({ backends: [at], listener: { trustedProxies: ['127.0.0.1'] } })
      await trusting.client().get('/', line).answer()
      const [heard] = at.heard
      const said = ['for', 'proto', 'host', 'port'].map((name) =>
        fieldValues(heard as Heard, `x-forwarded-${name}`).join(),
      )
      expect(said).toEqual(['2001:db8::7, 127.0.0.1', 'https', 'shop.test', '443'])
      expect(fieldValues(heard as Heard, 'forwarded')).toEqual([line.slice(11)])
      const world = await open({ backends: [at] })
      await world.client().get('/', line).answer()
      const strange = ['for', 'proto', 'host', 'port'].map((name) => field(at.heard[1] as Heard, `x-forwarded-${name}`))
      expect(strange).toEqual(['127.0.0.1', 'http', 'example.test', '80'])
      expect(fieldValues(at.heard[1] as Heard, 'forwarded')).toEqual([])
    },
  )

  story('keeps fields of one hop to that hop, both ways', async (open) => {
    const at = await backend((_, socket) =>
      socket.write(
        ok('x', 'Connection: keep-alive, X-Inner', 'X-Inner: secret', 'Keep-Alive: timeout=5', 'X-Outer: yes'),
      ),
    )
    const world = await open({ backends: [at] })
    const asked = [
      'Connection: keep-alive, X-Secret',
      'X-Secret: 1',
      'Keep-Alive: timeout=9',
      'Proxy-Connection: keep-alive',
      'TE: trailers',
      'X-Kept: 2',
    ]
    const answer = await world
      .client()
      .get('/', ...asked)
      .answer()
    const heard = at.heard[0] as Heard
    for (const name of ['x-secret', 'keep-alive', 'proxy-connection']) expect(field(heard, name)).toBeUndefined()
    expect(field(heard, 'x-kept')).toBe('2')
    expect(field(answer, 'x-inner')).toBeUndefined()
    expect(field(answer, 'x-outer')).toBe('yes')
    expect(fieldValues(answer, 'keep-alive').filter((value) => value === 'timeout=5')).toEqual([])
  })

  story('lets nobody remove Host or the framing by naming them in Connection', async (open) => {
    const at = await backend((request, socket) => socket.write(ok(request.body)))
    const world = await open({ backends: [at] })
    const client = world
      .client()
      .request('POST', '/', 'Connection: host, content-length', 'Content-Length: 4')
      .send('kept')
    expect((await client.answer()).body).toBe('kept')
    expect(field(at.heard[0] as Heard, 'host')).toBe('example.test')
  })

  story('passes repeated fields on one by one and in order, both ways', async (open) => {
    const at = await backend((_, socket) =>
      socket.write(ok('x', 'Set-Cookie: a=1', 'Vary: A', 'Set-Cookie: b=2', 'Vary: B')),
    )
    const world = await open({ backends: [at] })
    const answer = await world.client().get('/', 'X-A: 1', 'Cookie: c=1', 'X-A: 2').answer()
    expect(fieldValues(answer, 'set-cookie')).toEqual(['a=1', 'b=2'])
    expect(fieldValues(answer, 'vary')).toEqual(['A', 'B'])
    expect(fieldValues(at.heard[0] as Heard, 'x-a').join(',')).toBe('1,2')
  })

  story('passes bytes above 127 in values on unchanged, both ways', async (open) => {
    const at = await backend((_, socket) => void socket.write(ok('x', 'X-Name: Zo\u00eb \u00e6'), 'latin1'))
    const world = await open({ backends: [at] })
    const answer = await world.client().get('/', 'X-Name: Jos\u00e9 \u00ff').answer()
    expect(field(at.heard[0] as Heard, 'x-name')).toBe('Jos\u00e9 \u00ff')
    expect(field(answer, 'x-name')).toBe('Zo\u00eb \u00e6')
  })

  story('takes the host from an absolute target and rewrites Host', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const client = world.client().send('GET http://shop.test:81/a?b=c HTTP/1.1\r\nHost: other.test\r\n\r\n')
    expect((await client.answer()).body).toBe('/a?b=c')
    expect(fieldValues(at.heard[0] as Heard, 'host')).toEqual(['shop.test:81'])
  })

  story('answers OPTIONS * itself', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const answer = await world.client().request('OPTIONS', '*').answer()
    expect([answer.status, field(answer, 'allow')?.includes('GET')]).toEqual([204, true])
    expect(at.heard.length).toBe(0)
  })

  story('counts Max-Forwards of OPTIONS down and answers at zero', async (open) => {
    const at = await backend()
    const world = await open({ backends: [at] })
    const client = world.client()
    expect((await client.request('OPTIONS', '/', 'Max-Forwards: 0').answer()).status).toBe(204)
    expect((await client.request('OPTIONS', '/', 'Max-Forwards: 3').answer()).status).toBe(200)
    expect(at.heard.map((request) => field(request, 'max-forwards'))).toEqual(['2'])
  })

  story('says 404 as a page or as problem+json, with the request id', async (open) => {
    const world = await open({ backends: [await backend()], route: { match: { host: 'known.test' } } })
    const client = world.client()
    const problem = await client.get('/').answer()
    expect([problem.status, field(problem, 'content-type')]).toEqual([404, 'application/problem+json'])
    expect(JSON.parse(problem.body).requestId).toBe(field(problem, 'x-request-id'))
    const page = await client.get('/', 'Accept: text/html').answer()
    expect(field(page, 'content-type')).toContain('text/html')
    const head = await client.request('HEAD', '/').answer('HEAD')
    expect(head.status).toBe(404)
    expect((await client.get('/').answer()).status).toBe(404)
  })
})
