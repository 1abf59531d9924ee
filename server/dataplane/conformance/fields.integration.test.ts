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
    expect(fieldValues(heard, 'x-forwarded-port')).toEqual([String(world.listener.port)])
    expect(fieldValues(heard, 'forwarded')).toEqual([])
    expect(fieldValues(heard, 'x-real-ip')).toEqual([])
    expect(fieldValues(heard, 'via')).toEqual(['1.1 evenkeel'])
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
    expect(fieldValues(heard, 'via').join(', ')).toBe('1.1 edge, 1.1 evenkeel')
    expect(fieldValues(heard, 'x-request-id')).toEqual(['from-the-edge'])
    expect(field(answer, 'x-request-id')).toBe('from-the-edge')
  })

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
