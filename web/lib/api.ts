/** The admin API as the page uses it: same-origin JSON, revisions as `If-Match`, failures as `ApiProblem`. */
import type { Problem, ProblemIssue } from '../../shared/api/problem.ts'

const BASE = '/api/v1'

/** A refused or failed call. `message` is the detail: what happened, why, what next. */
export class ApiProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ApiProblem'
    this.problem = problem
  }

  get status(): number {
    return this.problem.status
  }

  get code(): string {
    return this.problem.code
  }

  get title(): string {
    return this.problem.title
  }

  get issues(): ProblemIssue[] {
    return this.problem.issues ?? []
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Call {
  method?: Method
  /** Sent as JSON. */
  body?: unknown
  /** Revision that the change was made on; sent as `If-Match`. */
  base?: number | undefined
  signal?: AbortSignal | undefined
}

/** An answer together with the revision its `ETag` names. */
export interface Revised<T> {
  value: T
  revision: number | undefined
}

type Listener = () => void
let signedOut: Listener = () => undefined

/** Names what happens when the server says that nobody is signed in. */
export function onSignedOut(listener: Listener): void {
  signedOut = listener
}

const unreachable: Problem = {
  type: 'about:blank',
  title: 'Evenkeel cannot be reached',
  status: 0,
  code: 'unreachable',
  detail: 'No answer from the admin server. Traffic may well go on; check that the process runs, then try again.',
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text()
  try {
    const problem = JSON.parse(text) as Partial<Problem>
    if (typeof problem.detail === 'string' && typeof problem.code === 'string') return problem as Problem
  } catch {
    // Not ours: a proxy in between, most likely. The status says what is known.
  }
  return {
    type: 'about:blank',
    title: `The admin server answered ${response.status}`,
    status: response.status,
    code: 'unexpected',
    detail: `Status ${response.status} without a reason. If a proxy stands in between, look at its log.`,
  }
}

async function send(path: string, { method = 'GET', body, base, signal }: Call): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (base !== undefined) headers['if-match'] = `"${base}"`
  const payload = body === undefined ? null : JSON.stringify(body)
  try {
    return await fetch(`${BASE}${path}`, { method, headers, body: payload, signal, credentials: 'same-origin' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiProblem(unreachable)
  }
}

/** Calls the API; the answer and its revision. Throws `ApiProblem`. `path` begins after `/api/v1`. */
export async function callRevised<T>(path: string, call: Call = {}): Promise<Revised<T>> {
  const response = await send(path, call)
  if (!response.ok) {
    const problem = await problemOf(response)
    if (problem.code === 'sign-in-required') signedOut()
    throw new ApiProblem(problem)
  }
  const etag = /^(?:W\/)?"(\d+)"$/.exec(response.headers.get('etag') ?? '')?.[1]
  const text = await response.text()
  return {
    value: (text === '' ? undefined : JSON.parse(text)) as T,
    revision: etag === undefined ? undefined : Number(etag),
  }
}

/** Calls the API; only the answer. Throws `ApiProblem`. */
export async function call<T>(path: string, options: Call = {}): Promise<T> {
  return (await callRevised<T>(path, options)).value
}

/** A path from its parts, each encoded: `at('pools', id)` → `/pools/my%20pool`. */
export function at(...parts: string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('')
}

/** The same call as a command line, for "Copy as curl". */
export function asCurl(origin: string, path: string, { method = 'GET', body, base }: Call = {}): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const parts = [
    'curl',
    '-X',
    method,
    quoted(`${origin}${BASE}${path}`),
    '-H',
    '"Authorization: Bearer $EVENKEEL_TOKEN"',
  ]
  if (base !== undefined) parts.push('-H', quoted(`If-Match: "${base}"`))
  if (body !== undefined) parts.push('-H', quoted('Content-Type: application/json'), '-d', quoted(JSON.stringify(body)))
  return parts.join(' ')
}
