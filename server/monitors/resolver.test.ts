import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createResolver, type Resolver, type ResolverOptions } from './resolver.ts'
import { fullNames, parseHosts, parseSearchRules } from './system-names.ts'
import { closeAll, type Names, nameServer } from './testing.ts'

const directory = mkdtempSync(join(tmpdir(), 'evenkeel-names-'))
const hostsFile = join(directory, 'hosts')
const resolvConf = join(directory, 'resolv.conf')
writeFileSync(hostsFile, '10.1.1.1 listed.internal Listed # a comment\n')
writeFileSync(resolvConf, 'search one.example two.example\noptions ndots:1\n')
afterAll(() => rmSync(directory, { recursive: true }))

const resolvers: Resolver[] = []
afterEach(async () => {
  for (const resolver of resolvers.splice(0)) resolver.close()
  await closeAll()
})

async function resolverFor(names: Names, options: ResolverOptions = {}) {
  const { address, asked } = await nameServer(names)
  const resolver = createResolver({ servers: [address], hostsFile, resolvConf, systemLookup: undefined, ...options })
  resolvers.push(resolver)
  return { resolver, asked }
}

test('addresses, localhost and the hosts file need no name server', async () => {
  const { resolver, asked } = await resolverFor(() => 'silent')
  expect(await resolver.resolve('10.0.0.5')).toEqual(['10.0.0.5'])
  expect(await resolver.resolve('::1')).toEqual(['::1'])
  expect(await resolver.resolve('localhost')).toEqual(['127.0.0.1', '::1'])
  expect(await resolver.resolve('app.LOCALHOST')).toEqual(['127.0.0.1', '::1'])
  expect(await resolver.resolve('LISTED')).toEqual(['10.1.1.1'])
  expect(asked).toEqual([])
})

test('a short name is completed; a long one and one with a final dot are asked for as they are', async () => {
  const { resolver, asked } = await resolverFor((name) => (name === 'app.two.example' ? ['10.0.0.9'] : undefined))
  expect(await resolver.resolve('app')).toEqual(['10.0.0.9'])
  expect(asked).toEqual(['app.one.example', 'app.two.example'])
  await expect(resolver.resolve('gone.internal.')).rejects.toMatchObject({
    code: 'not-found',
    message: 'name not found: gone.internal.',
  })
  expect(asked.slice(2)).toEqual(['gone.internal'])
})

test('one look-up serves all who ask at once, and those who ask soon after', async () => {
  const { resolver, asked } = await resolverFor(() => ['10.0.0.1', '10.0.0.2'])
  const [first] = await Promise.all([resolver.resolve('a.internal'), resolver.resolve('a.internal')])
  expect(first).toEqual(['10.0.0.1', '10.0.0.2'])
  await resolver.resolve('A.internal')
  expect(asked).toEqual(['a.internal'])
})

test('silent name servers for many names hold up nobody', async () => {
  const { resolver } = await resolverFor((name) => (name.startsWith('dead') ? 'silent' : ['10.0.0.1']), {
    timeoutMs: 300,
    tries: 1,
  })
  let settled = 0
  const dead = Array.from({ length: 30 }, (_, n) => resolver.resolve(`dead${n}.internal`).finally(() => settled++))
  const failures = Promise.allSettled(dead)
  expect(await resolver.resolve('well.internal')).toEqual(['10.0.0.1'])
  expect(settled).toBe(0)
  for (const failure of await failures) {
    expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'silent' } })
  }
})

test('exactly: no search list and no look-up of the system', async () => {
  const systemLookup = () => Promise.resolve(['10.0.0.7'])
  const { resolver, asked } = await resolverFor(() => undefined, { exactly: true, systemLookup: undefined })
  await expect(resolver.resolve('app')).rejects.toMatchObject({ code: 'not-found' })
  expect(asked).toEqual(['app'])
  const { resolver: other } = await resolverFor(() => undefined, { systemLookup })
  expect(await other.resolve('app')).toEqual(['10.0.0.7'])
})

test('a look-up asks anew whatever is known, and says how long its answer is good for', async () => {
  const { resolver, asked } = await resolverFor(() => ['10.0.0.1'])
  await resolver.resolve('a.internal')
  const { addresses, until } = await resolver.lookUp('a.internal')
  expect(addresses).toEqual(['10.0.0.1'])
  // The test name server gives everything a time to live of 1 s.
  expect(Math.abs(until - performance.now() - 1000)).toBeLessThan(500)
  expect(asked).toEqual(['a.internal', 'a.internal'])
})

test("the system's look-up is asked last, one at a time, and its failure is not told", async () => {
  const pending = Promise.withResolvers<string[]>()
  const systemAsked: string[] = []
  const systemLookup = (host: string) => {
    systemAsked.push(host)
    return host === 'printer.local' ? pending.promise : Promise.reject(new Error('no'))
  }
  const { resolver } = await resolverFor(() => undefined, { systemLookup })
  const printer = resolver.resolve('printer.local')
  await expect.poll(() => systemAsked).toEqual(['printer.local'])
  await expect(resolver.resolve('other.local')).rejects.toMatchObject({ code: 'not-found' })
  expect(systemAsked).toEqual(['printer.local'])
  pending.resolve(['10.0.0.7'])
  expect(await printer).toEqual(['10.0.0.7'])
  await expect(resolver.resolve('third.local')).rejects.toMatchObject({ message: 'name not found: third.local' })
})

test('hosts and resolv.conf as they are written in the wild', () => {
  const table = parseHosts(
    '\n# only a comment\n::1 localhost ip6-localhost\r\n10.0.0.1\tapp  App.Internal\n10.0.0.2 app\n',
  )
  expect(table.get('app')).toEqual(['10.0.0.1', '10.0.0.2'])
  expect(table.get('app.internal')).toEqual(['10.0.0.1'])
  expect(table.get('ip6-localhost')).toEqual(['::1'])
  expect(parseSearchRules('search a\n; no\nsearch b c\noptions edns0 ndots:5\n')).toEqual({
    search: ['b', 'c'],
    ndots: 5,
  })
  expect(parseSearchRules('')).toEqual({ search: [], ndots: 1 })
  expect(fullNames('db.prod', { search: ['b.c'], ndots: 5 })).toEqual(['db.prod.b.c', 'db.prod'])
  expect(fullNames('db.prod', { search: ['b.c'], ndots: 1 })).toEqual(['db.prod', 'db.prod.b.c'])
})
