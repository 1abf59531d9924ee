import { afterEach, describe, expect, it } from 'vitest'
import type { ExchangesQuery } from '../../shared/api/exchanges.ts'
import { ControlError } from '../errors.ts'
import { type AdminWorld, adminWorld, asAdmin, smallDocument } from '../testing/admin-world.ts'

let world: AdminWorld
afterEach(() => world?.close())

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
async function call(method: Method, url: string, payload?: unknown, headers: Record<string, string> = {}) {
  const body = payload === undefined ? {} : { payload: payload as object }
  const answer = await world.app.inject({ method, url, headers: { ...asAdmin, ...headers }, ...body })
  const json = answer.headers['content-type']?.includes('json')
  return { status: answer.statusCode, headers: answer.headers, body: json ? answer.json() : answer.body }
}

describe('the configuration', () => {
  it('is read with its revision and replaced only on top of it', async () => {
    world = await adminWorld()
    const read = await call('GET', '/api/v1/config')
    expect(read).toMatchObject({ status: 200, body: smallDocument() })
    expect(read.headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store' })
    expect((await call('GET', '/api/v1/config', undefined, { 'if-none-match': '"1"' })).status).toBe(304)
    const fresh = { ...smallDocument(), settings: { drain: '5s' } }
    expect((await call('PUT', '/api/v1/config', fresh)).body.code).toBe('precondition-required')
    const put = await call('PUT', '/api/v1/config', fresh, { 'if-match': '"1"' })
    expect(put).toMatchObject({
      status: 200,
      body: { revision: 2, summary: 'settings: drain 30s → 5s', config: fresh },
    })
    expect(put.headers.etag).toBe('"2"')
    const stale = await call('PUT', '/api/v1/config', fresh, { 'if-match': '"1"' })
    expect(stale).toMatchObject({ status: 412, body: { code: 'stale-revision', revision: 2 } })
    expect(stale.headers['content-type']).toContain('application/problem+json')
  })

  it('is checked without being applied', async () => {
    world = await adminWorld()
    const answer = await call('POST', '/api/v1/config/validate', { pools: [{ id: 'a b' }], nope: 1 })
    expect(answer.body.valid).toBe(false)
    expect(answer.body.issues.map((issue: { path: string }) => issue.path).sort()).toEqual(['nope', 'pools.0.id'])
  })

  it('goes out and comes in as YAML', async () => {
    world = await adminWorld()
    const out = await call('GET', '/api/v1/config/export?format=yaml')
    expect(out.headers['content-type']).toContain('yaml')
    const yaml = String(out.body).replace('weight: 2', 'weight: 7')
    const put = await world.app.inject({
      method: 'PUT',
      url: '/api/v1/config',
      headers: { ...asAdmin, 'if-match': '"1"', 'content-type': 'application/yaml' },
      payload: yaml,
    })
    expect(put.json()).toMatchObject({ revision: 2, summary: 'app / app-2: weight 2 → 7' })
  })

  it('comes in with YAML anchors and lists of hosts, and goes out as it was meant', async () => {
    world = await adminWorld()
    const payload = `
listeners: [{ id: web, bind: '127.0.0.1:8080' }]
pools:
  - &usual { id: app, timeouts: { head: 1m30s }, backends: [{ id: app-1, address: '127.0.0.1:3001' }] }
  - { <<: *usual, id: shop }
routes:
  - { id: shop, listener: web, match: { host: [Shop.test, '*.shop.test'] }, action: { type: forward, pool: shop }, maxBody: 10MB }
`
    const headers = { ...asAdmin, 'if-match': '"1"', 'content-type': 'application/yaml' }
    const put = await world.app.inject({ method: 'PUT', url: '/api/v1/config', headers, payload })
    expect(put.statusCode).toBe(200)
    const { pools, routes } = (await call('GET', '/api/v1/config')).body
    expect(pools[1]).toEqual({ ...pools[0], id: 'shop' })
    expect(routes[0].match).toEqual({ host: ['Shop.test', '*.shop.test'] })
    const out = String((await call('GET', '/api/v1/config/export')).body)
    expect(out).toContain('host:\n        - Shop.test\n        - "*.shop.test"\n')
    const again = { ...headers, 'if-match': '"2"' }
    const back = await world.app.inject({ method: 'PUT', url: '/api/v1/config', headers: again, payload: out })
    expect(back.json().summary).toBe('nothing changed')
  })

  it('takes backends and the health check of their pool in one revision', async () => {
    world = await adminWorld()
    const healthCheck = { type: 'http', path: '/health' }
    const body = { backends: [{ address: '127.0.0.1:3003' }, { id: 'web', address: '127.0.0.1:3004' }], healthCheck }
    const added = await call('POST', '/api/v1/pools/app/backends', body)
    expect(added).toMatchObject({ status: 201, body: { revision: 2, previous: 1 } })
    expect(added.body.summary).toBe('app: added app-3, web; app: health check tcp → http')
    expect(added.body.config.pools[0].healthCheck).toEqual(healthCheck)
    const back = await call('POST', '/api/v1/revisions/1/restore', undefined, { 'if-match': '"2"' })
    expect(back.body.config).toEqual(smallDocument())
  })

  it('says which field of a backend is wrong, in any form of the body', async () => {
    world = await adminWorld()
    const issues = async (body: unknown) => (await call('POST', '/api/v1/pools/app/backends', body)).body.issues
    const address = { message: 'the port is missing; write 10.0.0.1:80' }
    expect(await issues({ address: '10.0.0.1' })).toEqual([{ path: 'address', ...address }])
    expect(await issues([{ address: '10.0.0.1' }])).toEqual([{ path: '0.address', ...address }])
    expect(await issues({ backends: [{ address: '10.0.0.1' }] })).toEqual([{ path: 'backends.0.address', ...address }])
    expect(await issues({ addres: '10.0.0.1:80' })).toEqual([
      { path: 'address', message: 'is missing; write a text (where it listens: host:port)' },
      { path: 'addres', message: 'there is no such field; did you mean "address"?' },
    ])
    const unknown = 'there is no such field; did you mean "healthCheck"?'
    expect(await issues({ backends: [{ address: '10.0.0.1:80' }], health: {} })).toEqual([
      { path: 'health', message: unknown },
    ])
  })

  it('has a history to go back in', async () => {
    world = await adminWorld()
    await call('POST', '/api/v1/pools/app/backends', { address: '127.0.0.1:3003' })
    const list = await call('GET', '/api/v1/revisions')
    expect(list.body.map((one: { summary: string }) => one.summary)).toEqual([
      'app: added app-3',
      'first configuration',
    ])
    expect((await call('GET', '/api/v1/revisions/1')).body.document).toEqual(smallDocument())
    expect((await call('POST', '/api/v1/revisions/1/restore')).status).toBe(428)
    const restored = await call('POST', '/api/v1/revisions/1/restore', undefined, { 'if-match': '"2"' })
    expect(restored.body).toMatchObject({ revision: 3, config: smallDocument() })
    expect((await call('GET', '/api/v1/revisions/77')).status).toBe(404)
  })
})

describe('the small verbs', () => {
  it('add, change and remove backends, leaving defaults out of the document', async () => {
    world = await adminWorld()
    const added = await call('POST', '/api/v1/pools/app/backends', [{ address: 'a:1' }, { id: 'x', address: 'b:1' }])
    expect(added).toMatchObject({ status: 201, body: { revision: 2, previous: 1, summary: 'app: added app-3, x' } })
    expect(added.body.config.pools[0].backends.slice(2)).toEqual([
      { address: 'a:1', id: 'app-3' },
      { id: 'x', address: 'b:1' },
    ])
    const patched = await call('PATCH', '/api/v1/pools/app/backends/x', { weight: 3 }, { 'if-match': '"2"' })
    expect(patched.body.summary).toBe('app / x: weight 1 → 3')
    expect((await call('DELETE', '/api/v1/pools/app/backends/x')).body.summary).toBe('app: removed x')
    expect((await call('DELETE', '/api/v1/pools/app/backends/x')).body.code).toBe('not-found')
    expect((await call('PATCH', '/api/v1/pools/app/backends/app-1', { weight: 9 }, { 'if-match': '"2"' })).status).toBe(
      412,
    )
  })

  it('drain what is removed, or cut it when told so, also later', async () => {
    world = await adminWorld()
    world.dataPlane.flying.set('app/app-1', 3).set('app/app-2', 3)
    await call('DELETE', '/api/v1/pools/app/backends/app-1')
    expect(world.dataPlane.cuts).toEqual([])
    const later = await call('DELETE', '/api/v1/pools/app/backends/app-1?drain=false')
    expect(later).toMatchObject({ status: 200, body: { revision: 2 } })
    await call('DELETE', '/api/v1/pools/app/backends/app-2?drain=false')
    expect(world.dataPlane.cuts).toEqual(['app/app-1', 'app/app-2'])
  })

  it('handle pools, listeners and routes', async () => {
    world = await adminWorld()
    expect((await call('POST', '/api/v1/pools', { id: 'api' })).status).toBe(201)
    expect((await call('POST', '/api/v1/pools', { id: 'api' })).body.code).toBe('already-exists')
    expect((await call('PATCH', '/api/v1/pools/app', { strategy: { type: 'random' } })).body.summary).toBe(
      'app: strategy round-robin → random',
    )
    expect((await call('POST', '/api/v1/listeners', { id: 'two', bind: '127.0.0.1:8081' })).status).toBe(201)
    const route = { id: 'api', listener: 'two', match: { path: '/v1/*' }, action: { type: 'forward', pool: 'api' } }
    const posted = await call('POST', '/api/v1/routes?position=0', route)
    expect(posted.body.config.routes[0]).toEqual(route)
    const order = await call('PUT', '/api/v1/routes/order', { order: ['default', 'api'] })
    expect(order.body).toMatchObject({ summary: 'routes reordered' })
    expect((await call('DELETE', '/api/v1/pools/api')).body.code).toBe('in-use')
    expect((await call('DELETE', '/api/v1/routes/api')).status).toBe(200)
    expect((await call('DELETE', '/api/v1/listeners/two')).status).toBe(200)
  })

  it('refuse what is not valid with the path of every fault', async () => {
    world = await adminWorld()
    const added = await call('POST', '/api/v1/pools', { id: 'a b', drain: 'x', backends: [{ id: 'q', address: '1' }] })
    expect(added).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
    expect(added.body.issues.map((issue: { path: string }) => issue.path).sort()).toEqual([
      'backends.0.address',
      'drain',
      'id',
    ])
    const patched = await call('PATCH', '/api/v1/pools/app/backends/app-1', { weight: 999 })
    expect(patched).toMatchObject({ status: 422, body: { issues: [{ path: 'pools.0.backends.0.weight' }] } })
    expect((await call('POST', '/api/v1/pools/app/backends', { addres: 'a:1' })).body.issues.length).toBeGreaterThan(0)
  })

  it('go on reading when the database does not take changes', async () => {
    world = await adminWorld()
    world.db.pragma('query_only = ON')
    const failed = await call('POST', '/api/v1/pools', { id: 'api' })
    expect(failed).toMatchObject({ status: 503, body: { code: 'storage-failing' } })
    expect((await call('GET', '/api/v1/config')).status).toBe(200)
  })
})

describe('what is live', () => {
  it('is read through the parts', async () => {
    world = await adminWorld()
    expect((await call('GET', '/api/v1/status')).body.revision).toBe(1)
    expect((await call('GET', '/api/v1/series?from=1&to=5')).body).toMatchObject({ from: 1, to: 5 })
    expect((await call('GET', '/api/v1/series?from=5&to=1')).status).toBe(400)
    expect((await call('GET', '/api/v1/series?from=x&to=1')).body.issues).toMatchObject([{ path: 'from' }])
    expect((await call('GET', '/api/v1/events?kind=drain')).body).toEqual([])
    expect((await call('GET', '/api/v1/exchanges?status=5xx')).body).toEqual([])
    expect((await call('GET', '/api/v1/exchanges?status=9')).status).toBe(400)
    expect((await call('GET', '/api/v1/exchanges/known')).body.id).toBe('known')
    expect((await call('GET', '/api/v1/exchanges/other')).status).toBe(404)
    expect((await call('POST', '/api/v1/probe', { address: 'a:1' })).body).toMatchObject({ address: 'a:1' })
    expect((await call('POST', '/api/v1/pools/app/backends/app-1/probe')).body.passed).toBe(true)
    expect((await call('POST', '/api/v1/pools/app/backends/zip/probe')).status).toBe(404)
    expect((await call('POST', '/api/v1/test-request')).body.url).toBe('/')
    expect((await call('POST', '/api/v1/demo')).status).toBe(204)
  })

  it('asks the log of exchanges for what was asked', async () => {
    const asked: ExchangesQuery[] = []
    world = await adminWorld({
      exchanges(query) {
        asked.push(query)
        return []
      },
    })
    const ask = (query: string) => call('GET', `/api/v1/exchanges?${query}`)
    await ask('')
    await ask('status=5xx&method=get&minMs=18&before=98&beforeSeq=7&from=1&to=9&host=a&notRetried=budget&limit=2')
    expect(asked).toEqual([
      { limit: 100 },
      {
        ...{ status: '5xx', method: 'get', minMs: 18, before: 98, beforeSeq: 7, from: 1, to: 9 },
        ...{ host: 'a', notRetried: 'budget', limit: 2 },
      },
    ])
    expect((await ask('notRetried=odd')).status).toBe(400)
    expect((await ask('limit=501')).status).toBe(400)
    expect((await call('GET', '/api/v1/exchange-log')).body).toMatchObject({ errors: { since: 1, stored: true } })
  })

  it('is described by OpenAPI', async () => {
    world = await adminWorld()
    const { paths } = (await call('GET', '/api/openapi.json')).body
    const expected = [
      '/config',
      '/revisions/{number}/restore',
      '/pools/{id}/backends/{backendId}',
      '/stream',
      '/tokens/{id}',
    ]
    for (const path of expected) expect(Object.keys(paths)).toContain(`/api/v1${path}`)
    expect((await call('GET', '/api/v1/config/schema')).body.properties.pools).toBeDefined()
  })

  it('tells a fault of ours by its request id only', async () => {
    world = await adminWorld({
      status: () => {
        throw new Error('secret detail')
      },
    })
    const answer = await call('GET', '/api/v1/status')
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } })
    expect(JSON.stringify(answer.body)).not.toContain('secret')
  })

  it('passes on expected failures of the parts', async () => {
    world = await adminWorld({
      demo: {
        start: () => Promise.reject(new ControlError('not-available', 'no ports')),
        stop: async () => undefined,
      },
    })
    expect((await call('POST', '/api/v1/demo')).body).toMatchObject({ code: 'not-available', detail: 'no ports' })
  })
})
