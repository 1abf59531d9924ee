import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SESSION_MS } from '../control/auth.ts'
import { ADMIN_TOKEN, type AdminWorld, adminWorld } from '../testing/admin-world.ts'
import { createApi } from './app.ts'
import type { Api } from './parts.ts'
import { createStreamHub } from './stream-hub.ts'

let world: AdminWorld
let api: Api
let port: number
beforeEach(async () => {
  world = await adminWorld()
  const hub = createStreamHub({
    boot: 'boot1',
    clock: world.clock,
    replayMs: 1000,
    clientBytes: 256 * 1024,
    recheckMs: 20,
  })
  api = await createApi(world.parts, hub)
  port = (await api.listen('127.0.0.1', 0)).port
})
afterEach(async () => {
  await api.close(100)
  world.close()
})

interface Listener {
  text(): string
  /** Resolves when the text contains `part`. */
  saw(part: string): Promise<void>
  closed: Promise<void>
  close(): void
}

function listen(query = '', headers: Record<string, string> = {}): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const authorization = `Bearer ${ADMIN_TOKEN}`
    const path = `/api/v1/stream${query}`
    const asked = request({ host: '127.0.0.1', port, path, headers: { authorization, ...headers } }, (answer) => {
      let text = ''
      let wake = () => {}
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        wake()
      })
      answer.on('error', () => undefined)
      const closed = new Promise<void>((done) => answer.on('close', done))
      const saw = async (part: string) => {
        while (!text.includes(part)) await new Promise<void>((go) => (wake = go))
      }
      resolve({ text: () => text, saw, closed, close: () => asked.destroy() })
    })
    asked.on('error', reject).end()
  })
}

describe('the stream', () => {
  it('sends each message with an id that names the boot', async () => {
    const one = await listen()
    api.hub.publish('tick', { t: 1 })
    await one.saw('id: boot1-1\nevent: tick\ndata: {"t":1}\n\n')
    one.close()
  })

  it('sends exchanges only to those who asked', async () => {
    const [plain, asked] = await Promise.all([listen(), listen('?exchanges=1')])
    expect(api.hub.wantsExchanges()).toBe(true)
    api.hub.publish('exchange', [{ id: 'e' }])
    api.hub.publish('tick', { t: 2 })
    await Promise.all([plain.saw('"t":2'), asked.saw('"t":2')])
    expect(plain.text()).not.toContain('event: exchange')
    expect(asked.text()).toContain('event: exchange')
    plain.close()
    asked.close()
  })

  it('replays what was missed, the last status only', async () => {
    api.hub.publish('tick', { t: 1 })
    api.hub.publish('status', { old: true })
    api.hub.publish('tick', { t: 2 })
    api.hub.publish('status', { fresh: true })
    const back = await listen('', { 'last-event-id': 'boot1-1' })
    await back.saw('"fresh":true')
    expect(back.text()).toContain('"t":2')
    expect(back.text()).not.toMatch(/"t":1|"old"|event: reset/)
    back.close()
  })

  it.each(['boot0-1', 'boot1-99', 'nonsense', 'boot1-1'])(
    'resets who comes back with %s and cannot be served',
    async (id) => {
      for (let n = 0; n < 3; n++) {
        api.hub.publish('tick', { t: n })
        world.clock.advance(600)
      }
      const last = id === 'boot1-1' ? 'boot1-0' : id
      const back = await listen('', { 'last-event-id': last })
      await back.saw('event: reset')
      back.close()
    },
  )

  it('cuts a client that does not read, and nobody else', async () => {
    const good = await listen()
    const slow = connect(port, '127.0.0.1')
    slow.pause()
    slow.on('error', () => undefined)
    slow.write(`GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\n\r\n`)
    while (api.hub.size < 2) await new Promise((go) => setImmediate(go))
    const bulk = 'x'.repeat(64 * 1024)
    for (let n = 0; n < 2000 && api.hub.size === 2; n++) {
      api.hub.publish('tick', { n, bulk })
      await good.saw(`"n":${n},`)
    }
    expect(api.hub.size).toBe(1)
    slow.destroy()
    good.close()
  })

  it('serves a thousand clients', async () => {
    const all = await Promise.all(Array.from({ length: 1000 }, () => listen()))
    api.hub.publish('tick', { t: 'all' })
    await Promise.all(all.map((one) => one.saw('"t":"all"')))
    expect(api.hub.size).toBe(1000)
    for (const one of all) one.close()
  }, 20_000)

  it('ends when the token expires or is taken back, when the session does, and when its user goes', async () => {
    const { auth, people, clock, now } = world
    const from = { address: '10.0.0.9', userAgent: 'test' }
    const asToken = (secret: string) => listen('', { authorization: `Bearer ${secret}` })
    const asUser = (cookie: string) => listen('', { authorization: '', cookie: `evenkeel_session=${cookie}` })
    const expiring = await asToken(
      people.addToken({ name: 'ci', role: 'viewer', expiresAt: now() + 1000 }, 'ada').secret,
    )
    const lasting = await asToken(people.addToken({ name: 'cd', role: 'viewer' }, 'ada').secret)
    await expiring.saw('retry:')
    clock.advance(1000)
    await expiring.closed
    await people.addUser({ name: 'Ada', password: 'a password of ada', role: 'admin' }, 'test')
    await people.addUser({ name: 'bob', password: 'a password of bob', role: 'viewer' }, 'test')
    const removed = await asUser(auth.open({ name: 'bob', role: 'viewer' }, from).secret)
    await removed.saw('retry:')
    people.removeUser('BOB', 'Ada')
    await removed.closed
    const idle = await asUser(auth.open({ name: 'Ada', role: 'admin' }, from).secret)
    await idle.saw('retry:')
    expect(api.hub.size).toBe(2)
    // A stream that is left open is no use of the session: it ends when it would have ended.
    clock.advance(SESSION_MS / 2)
    api.hub.publish('tick', { t: 'half' })
    await idle.saw('"t":"half"')
    clock.advance(SESSION_MS / 2)
    await idle.closed
    people.removeToken(people.tokens().find(({ name }) => name === 'cd')?.id ?? '', 'Ada')
    await lasting.closed
    expect(api.hub.size).toBe(0)
  })

  it('goes on while the database cannot be read', async () => {
    let looked = 0
    world.parts.auth.hold = () => {
      looked += 1
      throw new Error('the disk is gone')
    }
    const one = await listen()
    await expect.poll(() => looked).toBeGreaterThan(2)
    api.hub.publish('tick', { t: 'still' })
    await one.saw('"t":"still"')
    one.close()
  })

  it('ends with the session, and with the server', async () => {
    const one = await listen()
    api.hub.drop({ subject: 'environment' })
    await one.closed
    const two = await listen()
    await api.close(100)
    await two.closed
  })
})

describe('over real sockets', () => {
  const post = (weight: number) =>
    fetch(`http://127.0.0.1:${port}/api/v1/pools/app/backends/app-1`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'if-match': '"1"', 'content-type': 'application/json' },
      body: JSON.stringify({ weight }),
    }).then((answer) => answer.status)

  it('lets one of ten simultaneous edits win; nine get 412', async () => {
    const statuses = await Promise.all(Array.from({ length: 10 }, (_, index) => post(10 + index)))
    expect(statuses.sort()).toEqual([200, ...Array(9).fill(412)])
  })

  it('checks Host and Origin', async () => {
    const ask = (headers: Record<string, string>, method = 'GET') =>
      new Promise<number | undefined>((resolve, reject) => {
        request({ host: '127.0.0.1', port, path: '/api/v1/setup', method, headers }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
          .on('error', reject)
          .end()
      })
    expect(await ask({ host: 'evil.example' })).toBe(421)
    expect(await ask({ host: `localhost:${port}` })).toBe(200)
    expect(await ask({ host: `localhost:${port}`, origin: 'http://evil.example' }, 'POST')).toBe(403)
  })
})
