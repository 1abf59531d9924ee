/** Errors of the admin API: `application/problem+json` (RFC 9457) with a stable `code` and, for invalid input, every fault with its path. */

export interface ProblemIssue {
  /** Dotted path into what was sent: `pools.0.backends.2.address`. */
  path: string
  message: string
}

export interface Problem {
  type: string
  title: string
  status: number
  /** Stable name of the error; the catalogue is in docs/errors.md. */
  code: string
  /** What happened, why, and what to do next. */
  detail: string
  issues?: ProblemIssue[]
  /** The current revision, for 412. */
  revision?: number
}
