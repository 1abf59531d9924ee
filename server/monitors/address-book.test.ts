import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAddressPolicy } from '../../shared/address-policy.ts'
import { createAddressBook, type HostFact } from './address-book.ts'
import { type Found, NameFailed } from './resolver.ts'

type Answer = readonly string[] | 'not-found' | 'silent' | Partial<Found>

/** A book over a resolver that answers as `answers` says at the moment, good for 30 s. */
function world(answers: Record<string, Answer>) {
  const asked: string[] = []
  const told: HostFact[] = []
  const lookUp = async (host: string): Promise<Found> => {
    asked.push(host)
    const answer = await (answers[host] ?? 'not-found')
    if (answer === 'not-found') throw new NameFailed('not-found', `name not found: ${host}`)
    if (answer === 'silent') throw new NameFailed('silent', `no name server answered for ${host}`)
    const until = performance.now() + 30_000
    return 'addresses' in answer ? { addresses: [], until, ...answer } : { addresses: answer as string[], until }
  }
  const book = createAddressBook({
    resolver: { lookUp, resolve: async (host) => (await lookUp(host)).addresses, close: () => undefined },
    policy: createAddressPolicy(),
    random: () => 0.5,
    onChange: (facts) => told.push(...facts),
  })
  return { answers, asked, told, book }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('the address book', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('looks names up at once, never addresses, and tells where they lead', async () => {
    const { book, asked, told } = world({ 'a.internal': ['10.0.0.1', '10.0.0.2'] })
    book.follow(['a.internal', '10.0.0.9', '::1'])
    await book.settled(1000)
    expect(asked).toEqual(['a.internal'])
    expect(told).toEqual([{ host: 'a.internal', addresses: ['10.0.0.1', '10.0.0.2'], problem: '' }])
    expect(book.facts()).toEqual(told)
    expect(await book.resolve('a.internal')).toEqual(['10.0.0.1', '10.0.0.2'])
    expect(asked).toEqual(['a.internal'])
  })

  it('waits for silent name servers no longer than it is told to', async () => {
    const { book, told } = world({ slow: new Promise(() => undefined) as never })
    book.follow(['slow'])
    let over = false
    void book.settled(1000).then(() => {
      over = true
    })
    await pass(999)
    expect(over).toBe(false)
    await pass(1)
    expect(over).toBe(true)
    expect(told).toEqual([])
    expect(book.facts()).toEqual([{ host: 'slow', addresses: [], problem: 'slow has not been looked up yet' }])
    expect(book.problemOf('slow')).toBeUndefined()
  })

  it('follows a name when its time is up; another order is no change', async () => {
    const { book, answers, asked, told } = world({ a: ['10.0.0.1', '10.0.0.2'] })
    book.follow(['a'])
    await pass(29_999)
    expect(asked).toHaveLength(1)
    answers.a = ['10.0.0.2', '10.0.0.1']
    await pass(1)
    expect(asked).toHaveLength(2)
    expect(told).toHaveLength(1)
    answers.a = ['10.0.0.3']
    await pass(30_000)
    expect(told.at(-1)).toEqual({ host: 'a', addresses: ['10.0.0.3'], problem: '' })
    expect(await book.resolve('a')).toEqual(['10.0.0.3'])
  })

  it('goes on with the last known address while nobody can tell, says so once, and says when it is over', async () => {
    const { book, answers, asked, told } = world({ a: ['10.0.0.1'] })
    book.follow(['a'])
    await pass(0)
    answers.a = 'silent'
    await pass(3_600_000)
    const trouble = 'no name server answered for a; its last known address 10.0.0.1 is used'
    expect(told).toHaveLength(1)
    expect(await book.resolve('a')).toEqual(['10.0.0.1'])
    expect(book.problemOf('a')).toBeUndefined()
    expect(book.troubles()).toEqual([{ kind: 'unresolved', trouble }])
    expect(book.takeNews()).toEqual([{ host: 'a', trouble }])
    expect(book.takeNews()).toEqual([])
    // Asked again after 1, 2, 4, 8 s, then every 15 s.
    expect(asked.length).toBeGreaterThan(230)
    expect(asked.length).toBeLessThan(250)
    answers.a = ['10.0.0.1']
    await pass(15_000)
    expect(told).toHaveLength(1)
    expect(book.takeNews()).toEqual([{ host: 'a', trouble: undefined }])
    expect(book.troubles()).toEqual([])
  })

  it('believes that a name is gone when it has heard so twice', async () => {
    const { book, answers, told } = world({ a: ['10.0.0.1'] })
    book.follow(['a'])
    await pass(0)
    answers.a = 'not-found'
    await pass(30_000)
    expect(book.facts()[0]?.addresses).toEqual(['10.0.0.1'])
    await pass(1000)
    expect(told.at(-1)).toEqual({ host: 'a', addresses: [], problem: 'name not found: a' })
    await expect(book.resolve('a')).rejects.toThrow('name not found: a')
    expect(book.problemOf('a')).toBe('name not found: a')
    // Found again by whoever asks next, not only when it is due.
    answers.a = ['10.0.0.2']
    expect(await book.resolve('a')).toEqual(['10.0.0.2'])
    expect(told.at(-1)?.addresses).toEqual(['10.0.0.2'])
  })

  it('does not take one lost answer between two silences for the end of a name', async () => {
    const { book, answers } = world({ a: ['10.0.0.1'] })
    book.follow(['a'])
    await pass(0)
    for (const [answer, after] of [
      ['not-found', 30_000],
      ['silent', 1000],
      ['not-found', 2000],
      ['silent', 4000],
    ] as const) {
      answers.a = answer
      await pass(after)
    }
    expect(book.facts()[0]?.addresses).toEqual(['10.0.0.1'])
  })

  it('keeps the addresses of a family whose query got lost', async () => {
    const { book, answers } = world({ a: ['10.0.0.1', 'fd00::1'] })
    book.follow(['a'])
    await pass(0)
    answers.a = { addresses: ['fd00::1'], missing: 4 }
    await pass(30_000)
    expect(book.facts()[0]?.addresses).toEqual(['10.0.0.1', 'fd00::1'])
    answers.a = ['fd00::1']
    await pass(30_000)
    expect(book.facts()[0]?.addresses).toEqual(['fd00::1'])
  })

  it('uses no address that is refused, and says why', async () => {
    const { book } = world({ both: ['10.0.0.1', '169.254.169.254'], bad: ['100.100.100.200'] })
    book.follow(['both', 'bad'])
    await pass(0)
    expect(book.facts().map(({ addresses }) => addresses)).toEqual([['10.0.0.1'], []])
    expect(book.troubles()).toEqual([
      {
        kind: 'refused',
        trouble: expect.stringContaining('both leads there: 169.254.169.254 is a link-local or cloud'),
      },
    ])
    expect(book.problemOf('bad')).toContain('100.100.100.200 is a link-local or cloud metadata address')
    expect(book.problemOf('169.254.169.254')).toContain('169.254.169.254 is a link-local')
    expect(book.takeNews()).toHaveLength(2)
  })

  it('forgets names that are not followed any more, and holds no timer once it is closed', async () => {
    const { book, asked } = world({ a: ['10.0.0.1'], b: ['10.0.0.2'] })
    book.follow(['a', 'b'])
    await pass(0)
    book.follow(['b'])
    await pass(30_000)
    expect(asked).toEqual(['a', 'b', 'b'])
    expect(book.facts().map(({ host }) => host)).toEqual(['b'])
    book.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
