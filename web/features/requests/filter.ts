/**
 * The filter line of the request log: words such as `status:5xx pool:app ms>500`, and free text that the path contains. Read once,
 * asked of the API as far as it understands it, and applied in full to everything that is shown, fetched or live.
 */
import { type ExchangeRecord, outcomes as knownOutcomes, notRetriedReasons } from '../../../shared/api/records.ts'

export interface Filter {
  /** As written. */
  line: string
  /** True when every word fits. */
  fits(exchange: ExchangeRecord): boolean
  /** What the API is asked for; it may answer more than fits, never less. */
  query: Readonly<Record<string, string>>
  /** Words that say nothing, each with what to write instead; the other words count. */
  problems: readonly { word: string; problem: string }[]
  /** No word counts. */
  empty: boolean
}

type Test = (exchange: ExchangeRecord) => boolean
/** What one word asks; a string says what is wrong with it. */
type Read = (value: string) => { test: Test; query?: Record<string, string> } | string

const outcomes: readonly string[] = knownOutcomes
const notRetried: readonly string[] = notRetriedReasons
const reasons: readonly string[] = ['error', 'slow', 'sample', 'debug']

const oneOf = (values: readonly string[]) => `write one of ${values.join(', ')}`

function status(value: string): ReturnType<Read> {
  const asked = value.toLowerCase()
  if (!/^[1-9](\d\d|xx)$/.test(asked)) return 'write a status such as 404 or a class such as 5xx'
  const test: Test = asked.endsWith('xx')
    ? (exchange) => Math.floor(exchange.status / 100) === Number(asked[0])
    : (exchange) => exchange.status === Number(asked)
  return { test, query: { status: asked } }
}

function named(field: 'pool' | 'listener' | 'route'): Read {
  return (value) => ({ test: (exchange) => exchange[field] === value, query: { [field]: value } })
}

const includes = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase())

/** A path with this text in it. */
function path(value: string): Exclude<ReturnType<Read>, string> {
  return { test: (exchange) => includes(exchange.path, value), query: { path: value } }
}

const readers: Readonly<Record<string, Read>> = {
  status,
  pool: named('pool'),
  listener: named('listener'),
  route: named('route'),
  backend: (value) => ({
    test: ({ backend, attempts }) => backend === value || attempts.some((attempt) => attempt.backend === value),
    query: { backend: value },
  }),
  method: (value) => ({
    test: (exchange) => exchange.method === value.toUpperCase(),
    query: { method: value.toUpperCase() },
  }),
  path,
  host: (value) => ({ test: (exchange) => includes(exchange.host, value), query: { host: value } }),
  client: (value) => ({ test: (exchange) => exchange.client.startsWith(value), query: { client: value } }),
  outcome: (value) =>
    outcomes.includes(value)
      ? { test: (exchange) => exchange.outcome === value, query: { outcome: value } }
      : oneOf(outcomes),
  'not-retried': (value) =>
    notRetried.includes(value)
      ? { test: (exchange) => exchange.notRetried === value, query: { notRetried: value } }
      : oneOf(notRetried),
  logged: (value) =>
    reasons.includes(value)
      ? { test: (exchange) => exchange.loggedBecause === value, query: { loggedBecause: value } }
      : oneOf(reasons),
  id: (value) => ({ test: (exchange) => exchange.id === value, query: { id: value } }),
}

/** Every word there is, for help. */
export const filterWords: readonly (readonly [example: string, meaning: string])[] = [
  ['status:5xx', 'a status (404) or a class (5xx)'],
  ['pool:app', 'the pool'],
  ['backend:app-2', 'a backend that was tried, first or again'],
  ['method:POST', 'the method'],
  ['path:/login', 'text that the path contains; a bare word does the same'],
  ['client:10.', 'the beginning of the client address'],
  ['ms>500', 'took longer than this, in milliseconds'],
  ['outcome:client-aborted', `how it ended: ${outcomes.join(', ')}`],
  ['not-retried:budget', `why it was not tried again: ${notRetried.join(', ')}`],
  ['logged:slow', `why it is in the log: ${reasons.join(', ')}`],
  ['listener:web', 'the listener'],
  ['route:default', 'the route'],
  ['host:example.com', 'text that the host contains'],
  ['id:01J…', 'one request by its id'],
]

function longerThan(word: string): ReturnType<Read> {
  const [, sign, number] = /^ms(>=|[>:<=])(.*)$/i.exec(word) ?? []
  const least = Number(number)
  if ((sign !== '>' && sign !== '>=') || number === '' || !Number.isFinite(least) || least < 0)
    return 'write milliseconds such as ms>500'
  const test: Test = sign === '>' ? ({ totalMs }) => totalMs > least : ({ totalMs }) => totalMs >= least
  return { test, query: { minMs: String(least) } }
}

function readWord(word: string): ReturnType<Read> {
  if (/^ms[<>=:]/i.test(word)) return longerThan(word)
  const [, name, value] = /^([a-z-]+):(.*)$/i.exec(word) ?? []
  if (name === undefined || value === undefined) return path(word)
  const read = readers[name.toLowerCase()]
  if (read === undefined) return `there is no "${name}"; write ${Object.keys(readers).join(', ')} or ms>500`
  return value === '' ? 'a value is missing after the colon' : read(value)
}

/** Reads a filter line. Never throws. */
export function readFilter(line: string): Filter {
  const problems: { word: string; problem: string }[] = []
  const tests: Test[] = []
  const query: Record<string, string> = {}
  for (const word of line.split(/\s+/).filter(Boolean)) {
    const read = readWord(word)
    if (typeof read === 'string') {
      problems.push({ word, problem: read })
      continue
    }
    tests.push(read.test)
    // The API takes one of each: the first is asked for, the rest narrows the answer here.
    for (const [name, value] of Object.entries(read.query ?? {})) query[name] ??= value
  }
  return { line, fits: (exchange) => tests.every((test) => test(exchange)), query, problems, empty: tests.length === 0 }
}

/** Puts a word into a filter line, or takes it out when it is there. */
export function toggleWord(line: string, word: string): string {
  const words = line.split(/\s+/).filter(Boolean)
  return (words.includes(word) ? words.filter((other) => other !== word) : [...words, word]).join(' ')
}
