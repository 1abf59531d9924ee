import { afterEach, describe, expect, it } from 'vitest'
import { type AdminWorld, adminWorld, asAdmin } from '../testing/admin-world.ts'
import { nestsDeeper } from './bodies.ts'
import { foreignOrigin, hostName, nameExpected } from './guard.ts'

let world: AdminWorld
afterEach(() => world?.close())

const local = { host: 'localhost:7070' }
const ada = { name: 'ada', password: 'correct horse battery' }

async function signIn(headers: Record<string, string> = local) {
  await world.people.addUser({ ...ada, role: 'operator' }, 'test')
  const answer = await world.app.inject({ method: 'POST', url: '/api/v1/session', headers, payload: ada })
  const [cookie] = answer.cookies
  return {
    answer,
    cookie: cookie as NonNullable<typeof cookie>,
    headers: { ...headers, cookie: `evenkeel_session=${cookie?.value}` },
  }
}

describe('names', () => {
  it.each([
    ['localhost', true],
    ['localhost:9000', true],
    ['127.0.0.1:7070', true],
    ['[::1]:7070', true],
    ['10.0.0.5', true],
    ['LB.example.com', true],
    ['evil.example.com', false],
    ['localhost.evil.com', false],
    ['127.0.0.1.evil.com', false],
    ['', false],
    ['a b', false],
    ['user@localhost', false],
  ])('%s: %s', (host, expected) => expect(nameExpected(host, new Set(['lb.example.com']))).toBe(expected))

  it('are read without port and brackets', () => expect(hostName('[::1]:80')).toBe('::1'))
})

describe('the page that a change comes from', () => {
  const names = ['lb.example.com', 'lb.example.com:8443']
  it.each<[string, Record<string, string>, RegExp | undefined]>([
    ['no page at all', { host: '127.0.0.1:7070' }, undefined],
    ['our own', { host: 'localhost:7070', origin: 'http://localhost:7070' }, undefined],
    [
      'our own, as the browser says, behind a proxy that changes Host',
      { host: '127.0.0.1:7070', origin: 'https://www.example.com', 'sec-fetch-site': 'same-origin' },
      undefined,
    ],
    ['a name that was given', { host: '127.0.0.1:7070', origin: 'http://lb.example.com' }, undefined],
    [
      'a name that was given with its port',
      { host: '127.0.0.1:7070', origin: 'https://lb.example.com:8443' },
      undefined,
    ],
    [
      'a given name at another port',
      { host: '127.0.0.1:7070', origin: 'http://lb.example.com:3000' },
      /--admin-host lb\.example\.com:3000\./,
    ],
    [
      'another name: what to set is said',
      { host: '127.0.0.1:7070', origin: 'http://www.example.com' },
      /at www\.example\.com, but reached us for 127\.0\.0\.1:7070.*proxy_set_header Host \$http_host.*--admin-host www\.example\.com/,
    ],
    [
      'another site, as the browser says',
      { host: 'localhost', origin: 'http://localhost', 'sec-fetch-site': 'cross-site' },
      /another site/,
    ],
    [
      'a neighbour, as the browser says',
      { host: 'localhost', origin: 'http://localhost', 'sec-fetch-site': 'same-site' },
      /another site/,
    ],
    ['nobody knows', { host: 'localhost', origin: 'null' }, /another site/],
  ])('%s', (_what, headers, expected) => {
    const foreign = foreignOrigin(headers, names)
    if (expected === undefined) expect(foreign).toBeUndefined()
    else expect(foreign).toMatch(expected)
  })
})

describe('coming in', () => {
  it('needs an expected name, unless a token proves who asks', async () => {
    world = await adminWorld()
    const evil = { host: 'evil.example.com' }
    const page = await world.app.inject({ method: 'GET', url: '/', headers: evil })
    expect([page.statusCode, page.json().code]).toEqual([421, 'wrong-host'])
    const token = await world.app.inject({ method: 'GET', url: '/api/v1/config', headers: { ...asAdmin, ...evil } })
    expect(token.statusCode).toBe(200)
  })

  it.each(['x', 'Bearer', 'Bearer x', 'Bearer ek_forged', 'Basic YWRhOmhvcnNl', ''])(
    'an Authorization of "%s" opens nothing to a foreign name',
    async (authorization) => {
      world = await adminWorld()
      const { cookie } = await signIn()
      const headers = { host: 'evil.example.com', authorization, cookie: `evenkeel_session=${cookie.value}` }
      const asked = [
        ['GET', '/metrics'],
        ['POST', '/api/v1/session'],
        ['POST', '/api/v1/setup'],
        ['GET', '/api/v1/setup'],
        ['GET', '/api/v1/config'],
        ['GET', '/'],
      ] as const
      for (const [method, url] of asked) {
        const payload = method === 'POST' ? { payload: ada } : {}
        const answer = await world.app.inject({ method, url, headers, ...payload })
        expect([url, answer.statusCode, answer.json().code]).toEqual([url, 421, 'wrong-host'])
      }
    },
  )

  it('leaves the password of a proxy in front alone, and takes a token before a cookie', async () => {
    world = await adminWorld()
    const { headers } = await signIn()
    const me = async (authorization: string) =>
      (await world.app.inject({ method: 'GET', url: '/api/v1/me', headers: { ...headers, authorization } })).statusCode
    expect(await me('Basic YWRhOmhvcnNl')).toBe(200)
    expect(await me('Bearer ek_forged')).toBe(401)
  })

  it('needs a sign-in everywhere but where nobody can have one', async () => {
    world = await adminWorld()
    for (const url of [
      '/api/v1/config',
      '/api/v1/status',
      '/api/v1/stream',
      '/api/v1/none',
      '/api/openapi.json',
      '/api/v1/users',
    ])
      expect([url, (await world.app.inject({ method: 'GET', url, headers: local })).statusCode]).toEqual([url, 401])
    const forged = { ...local, authorization: 'Bearer ek_forged' }
    expect((await world.app.inject({ method: 'GET', url: '/api/v1/me', headers: forged })).statusCode).toBe(401)
    expect((await world.app.inject({ method: 'GET', url: '/api/v1/setup', headers: local })).json()).toEqual({
      needed: true,
      problem: null,
    })
  })

  it('gives a cookie that scripts and other sites cannot use, and takes it back', async () => {
    world = await adminWorld()
    const { answer, cookie, headers } = await signIn()
    expect(answer.json()).toEqual({ name: 'ada', role: 'operator', kind: 'session' })
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' })
    expect(cookie.secure).toBeUndefined()
    expect((await world.app.inject({ method: 'GET', url: '/api/v1/me', headers })).json().name).toBe('ada')
    expect((await world.app.inject({ method: 'DELETE', url: '/api/v1/session', headers })).statusCode).toBe(204)
    expect((await world.app.inject({ method: 'GET', url: '/api/v1/me', headers })).statusCode).toBe(401)
  })

  it('marks the cookie Secure when the browser came over TLS', async () => {
    world = await adminWorld()
    const { cookie } = await signIn({
      host: 'lb.example.com',
      origin: 'https://lb.example.com',
      'sec-fetch-site': 'same-origin',
    })
    expect(cookie.secure).toBe(true)
  })

  it('keeps roles apart', async () => {
    world = await adminWorld()
    const { headers } = await signIn()
    const users = await world.app.inject({ method: 'GET', url: '/api/v1/users', headers })
    expect([users.statusCode, users.json().code]).toEqual([403, 'role-too-low'])
    const viewer = world.people.addToken({ name: 'v', role: 'viewer' }, 'test')
    const asViewer = { ...local, authorization: `Bearer ${viewer.secret}` }
    expect((await world.app.inject({ method: 'GET', url: '/api/v1/config', headers: asViewer })).statusCode).toBe(200)
    const probe = { method: 'POST' as const, url: '/api/v1/probe', headers: asViewer, payload: { address: 'a:1' } }
    expect((await world.app.inject(probe)).statusCode).toBe(403)
  })

  it.each([
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'http://localhost:3000' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'http://localhost:7070', 'sec-fetch-site': 'same-origin' }, 201],
    [{}, 201],
  ] as [Record<string, string>, number][])(
    'refuses changes by pages of other sites: %j is %i',
    async (extra, status) => {
      world = await adminWorld()
      const { headers } = await signIn()
      const post = { method: 'POST' as const, url: '/api/v1/pools', payload: { id: 'p' } }
      expect((await world.app.inject({ ...post, headers: { ...headers, ...extra } })).statusCode).toBe(status)
    },
  )

  it('slows guessing', async () => {
    world = await adminWorld()
    await world.people.addUser({ ...ada, role: 'admin' }, 'test')
    const guess = {
      method: 'POST' as const,
      url: '/api/v1/session',
      headers: local,
      payload: { ...ada, password: 'wrong' },
    }
    const codes: number[] = []
    for (let n = 0; n < 6; n++) codes.push((await world.app.inject({ ...guess, remoteAddress: '10.0.0.9' })).statusCode)
    expect(codes).toEqual([401, 401, 401, 401, 401, 429])
    const right = await world.app.inject({ ...guess, payload: ada })
    expect(right.statusCode).toBe(201)
  })

  it('opens set-up once', async () => {
    world = await adminWorld()
    const token = world.setup.newToken()
    const setup = { method: 'POST' as const, url: '/api/v1/setup', headers: local }
    const weak = await world.app.inject({ ...setup, payload: { token, name: 'ada', password: 'short' } })
    expect([weak.statusCode, weak.json().issues[0].path]).toEqual([400, 'password'])
    const done = await world.app.inject({ ...setup, payload: { token, ...ada } })
    expect([done.statusCode, done.json().role, done.cookies.length]).toEqual([201, 'admin', 1])
    expect((await world.app.inject({ ...setup, payload: { token, ...ada } })).json().code).toBe('setup-done')
  })
})

describe('bodies', () => {
  const post = (payload: string, type = 'application/json') =>
    world.app.inject({
      method: 'POST',
      url: '/api/v1/config/validate',
      headers: { ...asAdmin, 'content-type': type },
      payload,
    })

  it('are refused quickly when deep, huge, broken or poisoned', async () => {
    world = await adminWorld()
    expect((await post('['.repeat(500_000))).json().code).toBe('invalid-json')
    expect((await post(`{"a":${'['.repeat(100)}${']'.repeat(100)}}`)).json().code).toBe('invalid-json')
    expect((await post('{"__proto__":{"a":1}}')).json().code).toBe('invalid-json')
    expect((await post('{"constructor":{"prototype":{"a":1}}}')).json().code).toBe('invalid-json')
    expect((await post('{"a":')).json().code).toBe('invalid-json')
    expect((await post(`"${'x'.repeat(3 * 1024 * 1024)}"`)).json().code).toBe('body-too-large')
    expect((await post('a=1', 'application/x-www-form-urlencoded')).json().code).toBe('unsupported-type')
    expect((await post('a: [', 'application/yaml')).json().code).toBe('invalid-json')
  })

  it('count depth outside of strings only', () => {
    expect(nestsDeeper('{"[[[[":"\\"[[[["}', 2)).toBe(false)
    expect(nestsDeeper('[[[]]]', 2)).toBe(true)
  })
})
