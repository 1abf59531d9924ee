import { afterEach, describe, expect, it } from 'vitest'
import { type ControlWorld, controlWorld, HandClock } from '../testing/admin-world.ts'
import { allows, SESSION_MS } from './auth.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { createThrottle } from './throttle.ts'

let world: ControlWorld
afterEach(() => world?.close())

const from = { address: '10.0.0.9', userAgent: 'test' }
const ada = { name: 'ada', password: 'correct horse battery' }

async function withAda(): Promise<ControlWorld> {
  world = await controlWorld()
  await world.people.addUser({ ...ada, role: 'admin' }, 'test')
  return world
}

describe('passwords', () => {
  it('fit their own hash only, and nobody fits nobody', async () => {
    const hash = await hashPassword('a long enough one')
    expect(hash).toMatch(/^scrypt\$32768\$8\$1\$/)
    expect(await verifyPassword('a long enough one', hash)).toBe(true)
    expect(await verifyPassword('another one', hash)).toBe(false)
    expect(await verifyPassword('', undefined)).toBe(false)
  })
})

describe('sessions', () => {
  it('begin with the right password, slide, and end', async () => {
    const { auth, clock } = await withAda()
    const { secret, identity } = await auth.signIn({ ...ada, ...from })
    expect(identity).toMatchObject({ name: 'ada', role: 'admin', kind: 'session' })
    clock.advance(SESSION_MS - 1000)
    expect(auth.identify({ cookie: secret })?.name).toBe('ada')
    clock.advance(SESSION_MS - 1000)
    expect(auth.identify({ cookie: secret })?.name).toBe('ada')
    auth.signOut(secret)
    expect(auth.identify({ cookie: secret })).toBeUndefined()
  })

  it('expire, end with the password, and cannot be forged', async () => {
    const { auth, people, clock } = await withAda()
    const first = await auth.signIn({ ...ada, ...from })
    await people.changeUser('ada', { password: 'another long one' }, 'test')
    expect(auth.identify({ cookie: first.secret })).toBeUndefined()
    const second = await auth.signIn({ name: 'ada', password: 'another long one', ...from })
    clock.advance(SESSION_MS)
    expect(auth.identify({ cookie: second.secret })).toBeUndefined()
    expect(auth.identify({ cookie: 'x' })).toBeUndefined()
    expect(auth.identify({})).toBeUndefined()
  })

  it('answer the same for a wrong password and for nobody', async () => {
    const { auth, recorded } = await withAda()
    for (const name of ['ada', 'nobody'])
      await expect(auth.signIn({ name, password: 'wrong', ...from })).rejects.toMatchObject({
        code: 'wrong-credentials',
      })
    expect(recorded.filter((event) => event.kind === 'sign-in')).toHaveLength(2)
  })
})

describe('tokens', () => {
  it('carry their role until they expire or are removed', async () => {
    const { auth, people, clock, now } = await withAda()
    const token = people.addToken({ name: 'ci', role: 'operator', expiresAt: now() + 1000 }, 'ada')
    expect(token.secret).toMatch(/^ek_/)
    expect(auth.identify({ bearer: token.secret })).toMatchObject({ name: 'ci', role: 'operator', kind: 'token' })
    expect(people.tokens()[0]?.lastUsedAt).toBe(now())
    clock.advance(1000)
    expect(auth.identify({ bearer: token.secret })).toBeUndefined()
    people.removeToken(token.id, 'ada')
    expect(() => people.removeToken(token.id, 'ada')).toThrow('no token')
    expect(auth.identify({ bearer: 'environment-token-for-tests' })?.role).toBe('admin')
    expect(auth.identify({ bearer: 'environment-token-for-test' })).toBeUndefined()
  })

  it('have ordered roles', () => {
    expect(allows('admin', 'operator')).toBe(true)
    expect(allows('viewer', 'operator')).toBe(false)
  })
})

describe('users', () => {
  it('always leave an administrator', async () => {
    const { people } = await withAda()
    expect(() => people.removeUser('ada', 'ada')).toThrow('last administrator')
    await expect(people.changeUser('ada', { role: 'viewer' }, 'ada')).rejects.toMatchObject({ code: 'last-admin' })
    await people.addUser({ name: 'bob', password: 'long enough here', role: 'admin' }, 'ada')
    await people.changeUser('ada', { role: 'viewer' }, 'bob')
    await expect(people.addUser({ ...ada, role: 'admin' }, 'bob')).rejects.toMatchObject({ code: 'already-exists' })
  })
})

describe('set-up', () => {
  it('takes the token in spite of wrong tries, once, and only while nobody exists', async () => {
    world = await controlWorld()
    const { setup } = world
    const token = setup.newToken()
    expect(setup.needed()).toBe(true)
    await expect(setup.complete({ ...ada, token: 'wrong', address: '1.1.1.1' })).rejects.toMatchObject({
      code: 'wrong-setup-token',
    })
    const both = await Promise.allSettled([
      setup.complete({ ...ada, token, address: '1.1.1.1' }),
      setup.complete({ name: 'bob', password: 'long enough here', token, address: '1.1.1.2' }),
    ])
    expect(both.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    await expect(setup.complete({ ...ada, token, address: '1.1.1.1' })).rejects.toMatchObject({ code: 'setup-done' })
    expect(await setup.ensureAdmin('long enough here')).toBe(false)
  })

  it('makes the administrator from the environment on an empty database', async () => {
    world = await controlWorld()
    expect(await world.setup.ensureAdmin('long enough here')).toBe(true)
    expect(world.people.users()).toMatchObject([{ name: 'admin', role: 'admin' }])
  })
})

describe('the throttle', () => {
  it('grows per account and address, up to a minute', () => {
    const clock = new HandClock()
    const throttle = createThrottle(clock)
    for (let n = 0; n < 4; n++) throttle.failed('ada', '10.0.0.1')
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(0)
    throttle.failed('ada', '10.0.0.1')
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(1000)
    expect(throttle.waitMs('ada', '10.0.0.2')).toBe(1000)
    expect(throttle.waitMs('bob', '10.0.0.2')).toBe(0)
    for (let n = 0; n < 50; n++) throttle.failed('ada', '10.0.0.1')
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(60_000)
    clock.advance(60_000)
    expect(throttle.waitMs('ada', '10.0.0.1')).toBe(0)
  })

  it('does not lock out the owner: known addresses and loopback are spared what others did', () => {
    const throttle = createThrottle(new HandClock())
    throttle.passed('ada', '10.0.0.7')
    for (let n = 0; n < 50; n++) throttle.failed('ada', '10.6.6.6')
    expect(throttle.waitMs('ada', '10.0.0.8')).toBeGreaterThan(0)
    expect(throttle.waitMs('ada', '10.0.0.7')).toBe(0)
    expect(throttle.waitMs('ada', '127.0.0.1')).toBe(0)
  })
})
