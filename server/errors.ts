/**
 * Catalogue of control-plane errors: a stable code, the HTTP status and title that go with it, and what to do next.
 * `docs/errors.md` lists the same codes; a test compares both ways.
 */
import type { ProblemIssue } from '../shared/api/problem.ts'

export interface ErrorKind {
  /** HTTP status of the answer. */
  status: number
  title: string
  /** What to do next, in general; the `detail` of one error says it for the case at hand. */
  advice: string
}

export const errorCatalogue = {
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    advice: 'Correct the fields named in `issues` and send it again.',
  },
  'invalid-json': {
    status: 400,
    title: 'The body cannot be read',
    advice: 'Send well-formed JSON (or YAML where it is taken), nested at most 40 deep, without `__proto__` keys.',
  },
  'sign-in-required': {
    status: 401,
    title: 'Sign in first',
    advice: 'Sign in with `POST /api/v1/session`, or send `Authorization: Bearer` with an API token.',
  },
  'wrong-credentials': {
    status: 401,
    title: 'Name or password is wrong',
    advice: 'Check both and try again. An administrator can set a new password.',
  },
  'wrong-setup-token': {
    status: 403,
    title: 'The set-up token is wrong',
    advice: 'Use the token from the latest start in the log. A restart prints a new one; wrong tries do not use it up.',
  },
  'role-too-low': {
    status: 403,
    title: 'Your role does not allow this',
    advice: 'Ask somebody with the role named in `detail`, or use a token of that role.',
  },
  'cross-site': {
    status: 403,
    title: 'Refused: the request comes from another site',
    advice:
      'Open the dashboard at its own address and do it there. A proxy in front should pass Host on as it came; else start with `--admin-host NAME`. Scripts should use an API token and send no Origin.',
  },
  'not-found': {
    status: 404,
    title: 'There is no such thing',
    advice: 'Check the name. Somebody may have removed or renamed it; fetch the list anew.',
  },
  'already-exists': {
    status: 409,
    title: 'The name is taken',
    advice: 'Choose another id, or change the existing one with PATCH.',
  },
  'in-use': {
    status: 409,
    title: 'It is still in use',
    advice: 'First change or remove what refers to it, as named in `detail`.',
  },
  'cannot-bind': {
    status: 409,
    title: 'The address cannot be listened on',
    advice: 'Choose another port, stop the program that holds it, or give the process the right to use it.',
  },
  capacity: {
    status: 409,
    title: 'Too many backends',
    advice: 'Remove backends that are not needed, or wait until removed ones have drained.',
  },
  'last-admin': {
    status: 409,
    title: 'The last administrator stays',
    advice: 'Make another user an administrator first.',
  },
  'setup-done': {
    status: 409,
    title: 'Set-up is already done',
    advice: 'Sign in. If nobody can, restart with EVENKEEL_ADMIN_TOKEN and set a new password through the API.',
  },
  'too-little-traffic': {
    status: 409,
    title: 'Too little recorded traffic',
    advice: 'Ask for more minutes, wait for more requests, or simulate a synthetic mix with `mix`.',
  },
  overtaken: {
    status: 409,
    title: 'Changed again since',
    advice:
      'The same thing was changed again later (`revision` says where). Undo that change first, or set the value by hand.',
  },
  'stale-revision': {
    status: 412,
    title: 'The configuration has changed meanwhile',
    advice: 'Fetch the current revision (named in `revision`), look at what changed, and apply the edit to it.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    advice: 'Bodies may have at most 2 MiB.',
  },
  'unsupported-type': {
    status: 415,
    title: 'The type of the body is not understood',
    advice: 'Send `Content-Type: application/json`.',
  },
  'wrong-host': {
    status: 421,
    title: 'The admin server does not answer to this name',
    advice: 'Use localhost or the address it listens on, or start with `--admin-host NAME` (EVENKEEL_ADMIN_HOSTS).',
  },
  'invalid-config': {
    status: 422,
    title: 'The configuration is not valid',
    advice: 'Correct everything named in `issues`. Nothing has been changed.',
  },
  'precondition-required': {
    status: 428,
    title: 'Say which revision you edited',
    advice: 'Send `If-Match: "<revision>"` with the ETag of `GET /api/v1/config`.',
  },
  'slow-down': {
    status: 429,
    title: 'Too many tries',
    advice: 'Wait as long as `Retry-After` says. From the machine itself (loopback) only the address limit counts.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong inside Evenkeel',
    advice: 'Traffic is not affected. The log has the cause under the same request id; please report it.',
  },
  'apply-failed': {
    status: 500,
    title: 'Saved, but not in force everywhere',
    advice: 'Look at Events for the cause, then restore the previous revision or save again.',
  },
  'storage-failing': {
    status: 503,
    title: 'The database does not take changes',
    advice:
      'Traffic goes on with the configuration in force. Free disk space or repair the data directory, then retry.',
  },
  'simulation-failed': {
    status: 503,
    title: 'The simulation came to no result',
    advice: 'Traffic is not affected. Ask for fewer minutes or a smaller mix; `detail` says what happened.',
  },
  'not-available': {
    status: 503,
    title: 'Not available now',
    advice: 'Try again in a moment; `detail` says what is missing.',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorCatalogue

/** Name of the catalogue entry, used as the problem's `type`. */
export function errorType(code: ErrorCode): string {
  return `urn:evenkeel:error:${code}`
}

/** What an error carries besides its code. */
export interface ErrorExtra {
  issues?: ProblemIssue[]
  /** The current revision, for `stale-revision`. */
  revision?: number
  /** Seconds until a retry makes sense, for `slow-down` and `storage-failing`. */
  retryAfterSeconds?: number
  cause?: unknown
}

/** An expected failure of the control plane; the API turns it into `application/problem+json`. */
export class ControlError extends Error {
  readonly code: ErrorCode
  readonly issues: ProblemIssue[] | undefined
  readonly revision: number | undefined
  readonly retryAfterSeconds: number | undefined

  /** `detail`: what happened and why, in a sentence. */
  constructor(code: ErrorCode, detail: string, extra: ErrorExtra = {}) {
    super(detail, extra.cause === undefined ? undefined : { cause: extra.cause })
    this.name = 'ControlError'
    this.code = code
    this.issues = extra.issues
    this.revision = extra.revision
    this.retryAfterSeconds = extra.retryAfterSeconds
  }

  get status(): number {
    return errorCatalogue[this.code].status
  }
}
