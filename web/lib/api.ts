/** Calls the admin API on our own origin. Every refusal arrives as an `ApiProblem` that says what, why and what next. */
import type { Problem } from '../../shared/api/problem.ts'
import { at } from './base-path.ts'

/** Fired on `window` when the server no longer knows who we are. */
export const SIGNED_OUT = 'evenkeel:signed-out'

export class ApiProblem extends Error {
  readonly problem: Problem
  readonly status: number

  constructor(problem: Problem) {
    super(problem.detail || problem.title)
    this.problem = problem
    this.status = problem.status
  }
}

/** Answer with the revision its ETag names; null when it names none. */
export interface Versioned<T> {
  body: T
  revision: number | null
}

async function problemOf(answer: Response): Promise<Problem> {
  const { status } = answer
  const said = (await answer.json().catch(() => undefined)) as Partial<Problem> | undefined
  if (typeof said?.title === 'string' && typeof said.detail === 'string') return { ...(said as Problem), status }
  const title = `The response has status ${status}`
  const detail = `${title} and does not say why. When a proxy stands before the dashboard, look at its log, else at that of the balancer.`
  return { type: 'about:blank', title, status, code: 'unreadable', detail }
}

/** The body of a good answer. What is not JSON is not from the balancer. */
function read<T>(text: string, status: number): T {
  try {
    return (text === '' ? undefined : JSON.parse(text)) as T
  } catch {
    const title = 'The response is not from the balancer'
    const detail =
      'Something between this page and the balancer, such as a proxy or a sign-in page, has responded. Reload the page.'
    throw new ApiProblem({ type: 'about:blank', title, status, code: 'unreadable', detail })
  }
}

interface Options {
  ifMatch?: number
  /** Hangs up when nobody wants the answer any more. */
  signal?: AbortSignal
}

function unreachable(): ApiProblem {
  const detail = 'The balancer cannot be reached. Traffic may still flow; this page tries again by itself.'
  return new ApiProblem({ type: 'about:blank', title: 'No response', status: 0, code: 'unreachable', detail })
}

async function send(method: string, path: string, body: unknown, { ifMatch, signal }: Options): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (ifMatch !== undefined) headers['if-match'] = `"${ifMatch}"`
  try {
    return await fetch(at(`/api/v1${path}`), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw unreachable()
  }
}

/** Like `api`, and tells which revision the answer is of. */
export async function apiVersioned<T>(
  method: string,
  path: string,
  body?: unknown,
  options: Options = {},
): Promise<Versioned<T>> {
  const answer = await send(method, path, body, options)
  if (!answer.ok) {
    if (answer.status === 401 && path !== '/session' && path !== '/me') window.dispatchEvent(new Event(SIGNED_OUT))
    throw new ApiProblem(await problemOf(answer))
  }
  const etag = /"(\d+)"/.exec(answer.headers.get('etag') ?? '')?.[1]
  const text = answer.status === 204 ? '' : await answer.text().catch(() => Promise.reject(unreachable()))
  return { body: read<T>(text, answer.status), revision: etag === undefined ? null : Number(etag) }
}

/** Calls `/api/v1` + `path`. Throws `ApiProblem`. */
export async function api<T>(method: string, path: string, body?: unknown, options: Options = {}): Promise<T> {
  return (await apiVersioned<T>(method, path, body, options)).body
}
