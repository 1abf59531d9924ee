import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type AdminWorld, adminWorld, asAdmin } from '../testing/admin-world.ts'

let world: AdminWorld
afterEach(() => world?.close())

describe('for machines', () => {
  it('health and readiness are open, metrics on the machine itself', async () => {
    world = await adminWorld({ readiness: () => ({ ready: false, reason: 'draining' }) })
    const anywhere = { method: 'GET' as const, headers: { host: 'whatever.example' } }
    expect((await world.app.inject({ ...anywhere, url: '/healthz' })).body).toBe('ok\n')
    const ready = await world.app.inject({ ...anywhere, url: '/readyz' })
    expect([ready.statusCode, ready.body]).toEqual([503, 'draining\n'])
    const local = { method: 'GET' as const, url: '/metrics', headers: { host: 'localhost' } }
    expect((await world.app.inject(local)).body).toBe('up 1\n')
    expect((await world.app.inject({ ...local, remoteAddress: '10.0.0.1' })).statusCode).toBe(401)
    const proxied = { ...local, headers: { ...local.headers, 'x-forwarded-for': '1.2.3.4' } }
    expect((await world.app.inject(proxied)).statusCode).toBe(401)
    expect((await world.app.inject({ ...local, remoteAddress: '10.0.0.1', headers: asAdmin })).statusCode).toBe(200)
  })
})

describe('the dashboard', () => {
  const page = (url: string) => world.app.inject({ method: 'GET', url, headers: { host: 'localhost' } })

  it('says how to build it when it is missing', async () => {
    world = await adminWorld()
    expect((await page('/')).body).toContain('npm run build')
  })

  it('is whole at the root and below the path of a proxy, which may take the path away', async () => {
    world = await adminWorld({ adminPath: '/lb' })
    const root = world.parts.webRoot
    mkdirSync(join(root, 'assets'), { recursive: true })
    const built =
      '<meta name="evenkeel-path" content="" /><link href="./favicon.svg"><script src="./assets/app.js"></script>'
    writeFileSync(join(root, 'index.html'), built)
    writeFileSync(join(root, 'assets', 'app.js'), 'export {}')
    const whole =
      '<meta name="evenkeel-path" content="/lb" /><link href="/lb/favicon.svg"><script src="/lb/assets/app.js"></script>'
    for (const url of ['/lb/', '/lb', '/lb?a=b', '/lb/pools/app', '/lb/index.html', '/', '/pools/app', '/index.html']) {
      const start = await page(url)
      expect([url, start.statusCode, start.body]).toEqual([url, 200, whole])
      expect(start.headers['content-type']).toBe('text/html; charset=utf-8')
    }
    for (const prefix of ['', '/lb']) {
      expect((await page(`${prefix}/assets/app.js`)).body).toBe('export {}')
      expect((await page(`${prefix}/healthz`)).body).toBe('ok\n')
      expect((await page(`${prefix}/metrics`)).body).toBe('up 1\n')
      expect((await page(`${prefix}/api/v1/setup`)).json()).toMatchObject({ needed: true })
      expect((await page(`${prefix}/api/v1/config`)).statusCode).toBe(401)
    }
    expect((await page('/lb/lb/api/v1/setup')).headers['content-type']).toContain('text/html')
    expect((await page('/lbx/assets/app.js')).statusCode).toBe(404)
  })

  it('sets the cookie for its path, and takes it back there', async () => {
    world = await adminWorld({ adminPath: '/lb' })
    await world.people.addUser({ name: 'ada', password: 'a password of ada', role: 'admin' }, 'test')
    const payload = { name: 'ada', password: 'a password of ada' }
    const signIn = await world.app.inject({
      method: 'POST',
      url: '/lb/api/v1/session',
      headers: { host: 'localhost' },
      payload,
    })
    expect(signIn.cookies).toMatchObject([{ name: 'evenkeel_session', path: '/lb/', httpOnly: true }])
    const headers = { host: 'localhost', cookie: `evenkeel_session=${signIn.cookies[0]?.value}` }
    const me = await world.app.inject({ method: 'GET', url: '/lb/api/v1/me', headers })
    expect(me.cookies).toMatchObject([{ path: '/lb/' }])
    const out = await world.app.inject({ method: 'DELETE', url: '/lb/api/v1/session', headers })
    expect(out.cookies).toMatchObject([{ value: '', path: '/lb/' }])
  })

  it('serves files with the right caching, the start page for its own addresses, and nothing outside', async () => {
    world = await adminWorld()
    const root = world.parts.webRoot
    mkdirSync(join(root, 'assets'), { recursive: true })
    writeFileSync(join(root, 'index.html'), '<title>start</title>')
    writeFileSync(join(root, 'assets', 'app-1234.js'), 'export {}')
    writeFileSync(join(root, '..', 'secret.txt'), 'secret')
    const start = await page('/pools/app.v2')
    expect([start.statusCode, start.headers['cache-control']]).toEqual([200, 'no-cache'])
    expect(start.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    const script = await page('/assets/app-1234.js')
    expect(script.headers['cache-control']).toContain('immutable')
    expect((await page('/assets/none.js')).statusCode).toBe(404)
    expect((await page('/api/none')).statusCode).toBe(401)
    for (const path of [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/assets/%2e%2e/%2e%2e/secret.txt',
      '/..\\secret.txt',
      '/%00',
    ])
      expect((await page(path)).body).not.toBe('secret')
  })
})
