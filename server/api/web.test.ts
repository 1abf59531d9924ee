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
