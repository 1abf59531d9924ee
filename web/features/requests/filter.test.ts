import { describe, expect, it } from 'vitest'
import type { ExchangeRecord } from '../../../shared/api/records.ts'
import { readFilter, toggleWord } from './filter.ts'

const exchange = (change: Partial<ExchangeRecord> = {}): ExchangeRecord => ({
  id: '01JABC',
  at: 1,
  listener: 'web',
  route: 'default',
  pool: 'app',
  backend: 'app-2',
  client: '10.0.0.7',
  method: 'GET',
  host: 'example.com',
  path: '/Login?next=/',
  status: 503,
  ours: false,
  outcome: 'complete',
  bytesIn: 0,
  bytesOut: 0,
  queueMs: null,
  connectMs: 1,
  firstByteMs: 2,
  totalMs: 501,
  attempts: [{ backend: 'app-1', outcome: 'connection refused', startedMs: 0, endedMs: 1, reason: '' }],
  loggedBecause: 'error',
  notRetried: 'budget',
  ...change,
})

describe('a filter word', () => {
  it.each([
    ['status:5xx', { status: '5xx' }, { status: 404 }],
    ['status:503', { status: '503' }, { status: 500 }],
    ['pool:app', { pool: 'app' }, { pool: null }],
    ['backend:app-1', { backend: 'app-1' }, { attempts: [] }],
    ['method:get', { method: 'GET' }, { method: 'POST' }],
    ['path:/login', { path: '/login' }, { path: '/' }],
    ['login', { path: 'login' }, { path: '/' }],
    ['client:10.', { client: '10.' }, { client: '192.168.10.1' }],
    ['ms>500', { minMs: '500' }, { totalMs: 500 }],
    ['ms>=501', { minMs: '501' }, { totalMs: 500 }],
    ['outcome:complete', { outcome: 'complete' }, { outcome: 'client-aborted' }],
    ['logged:error', { loggedBecause: 'error' }, { loggedBecause: 'sample' }],
    ['host:EXAMPLE', { host: 'EXAMPLE' }, { host: 'other' }],
    ['not-retried:budget', { notRetried: 'budget' }, { notRetried: 'body-gone' }],
    ['id:01JABC', { id: '01JABC' }, { id: '01JABD' }],
  ] as [string, Record<string, string>, Partial<ExchangeRecord>][])('%s', (line, query, other) => {
    const filter = readFilter(line)
    expect(filter).toMatchObject({ query, problems: [], empty: false })
    expect(filter.fits(exchange())).toBe(true)
    expect(filter.fits(exchange(other))).toBe(false)
  })

  it.each([
    ['status:abc', 'write a status such as 404 or a class such as 5xx'],
    ['ms<5', 'write milliseconds such as ms>500'],
    ['ms>', 'write milliseconds such as ms>500'],
    ['pool:', 'a value is missing after the colon'],
    ['outcome:odd', 'write one of complete, client-aborted, client-timeout, cut, backend-broke, refused'],
  ])('%s is named and left out', (line, problem) => {
    const filter = readFilter(`${line} pool:app`)
    expect(filter.problems).toEqual([{ word: line, problem }])
    expect(filter.fits(exchange())).toBe(true)
    expect(filter.fits(exchange({ pool: 'other' }))).toBe(false)
  })

  it('says which words there are', () => {
    expect(readFilter('colour:red').problems[0]?.problem).toMatch(/there is no "colour"; write status, pool, /)
  })
})

describe('a filter line', () => {
  it('asks the API for the first of two of a kind and applies both', () => {
    const filter = readFilter('login next')
    expect(filter.query).toEqual({ path: 'login' })
    expect(filter.fits(exchange())).toBe(true)
    expect(filter.fits(exchange({ path: '/login' }))).toBe(false)
  })

  it('lets everything through when it is empty', () => {
    expect(readFilter('  ')).toMatchObject({ query: {}, problems: [], empty: true })
    expect(readFilter('').fits(exchange())).toBe(true)
  })

  it('takes words in and out', () => {
    expect(toggleWord('pool:app', 'status:5xx')).toBe('pool:app status:5xx')
    expect(toggleWord('pool:app  status:5xx', 'pool:app')).toBe('status:5xx')
  })
})
