import { afterEach, describe, expect, it } from 'vitest'
import { newUserSchema } from '../../shared/api/bodies.ts'
import { type ControlWorld, controlWorld } from '../testing/admin-world.ts'
import { allows, SESSION_MS } from './auth.ts'
import { hashPassword, verifyPassword } from './passwords.ts'

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

describe('guessing', () => {
  const guesses = (auth: ControlWorld['auth'], count: number, name = 'ada', address = from.address) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        auth.signIn({ ...from, name, address, password: `guess ${index}` }).then(
          () => 'in',
          (error) => error.code as string,
        ),
      ),
    )
  const tally = (codes: string[]) => codes.filter((code) => code === 'wrong-credentials').length

  it('sixty at once are five tries and fifty-five refusals', async () => {
    const { auth } = await withAda()
    const codes = await guesses(auth, 60)
    expect(tally(codes)).toBe(5)
    expect(codes.filter((code) => code === 'slow-down')).toHaveLength(55)
  })

  it('does not lock the owner out, and cannot be made up for by signing in as somebody else', async () => {
    const { auth, people, clock } = await withAda()
    await people.addUser({ name: 'eve', password: 'a password of eve', role: 'viewer' }, 'test')
    expect(tally(await guesses(auth, 4))).toBe(4)
    expect((await auth.signIn({ name: 'eve', password: 'a password of eve', ...from })).identity.name).toBe('eve')
    expect(tally(await guesses(auth, 10))).toBe(1)
    for (let minute = 0; minute < 5; minute += 1) {
      clock.advance(60_000)
      expect(tally(await guesses(auth, 10))).toBe(1)
    }
    expect((await auth.signIn({ ...ada, address: '192.0.2.1', userAgent: '' })).identity.name).toBe('ada')
  })

  it('leaves no name behind that nobody has: it may be a password', async () => {
    const { auth, recorded, db } = await withAda()
    await guesses(auth, 1, 'hunter2 is my password')
    await guesses(auth, 1, 'ADA')
    const refused = recorded.filter((event) => event.kind === 'sign-in')
    expect(refused).toMatchObject([
      { message: 'sign-in refused: there is no such user' },
      { message: 'sign-in as "ada" refused: wrong password', actor: 'ada' },
    ])
    const rows = JSON.stringify([
      recorded,
      db.prepare('SELECT * FROM audit').all(),
      db.prepare('SELECT * FROM events').all(),
    ])
    expect(rows).not.toContain('hunter2')
  })

  it.each(["Conan O'Brien", 'Conan O’Brien', 'Zoë', 'n.o-body+1@example.com', '李雷', 'ज्योति'])(
    '%s is a name',
    async (name) => {
      const { auth, people } = await withAda()
      const added = newUserSchema.parse({ name, password: 'a password of some', role: 'viewer' })
      await people.addUser(added, 'test')
      expect((await auth.signIn({ name, password: 'a password of some', ...from })).identity.name).toBe(name)
      people.removeUser(name, 'test')
    },
  )
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
