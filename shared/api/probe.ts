/** What a probe found: types of `GET /api/v1/status` and the live stream. */

/**
 * What kind of fault a probe has found: the name leads nowhere · the address is not allowed · nobody listens · no connection in time ·
 * no route · no response in time · closed too early · not HTTP · an unexpected status · the text asked for is missing · something else.
 */
export type ProbeFault =
  | 'name'
  | 'refused-by-policy'
  | 'refused'
  | 'no-connection'
  | 'no-route'
  | 'no-answer'
  | 'closed'
  | 'not-http'
  | 'status'
  | 'body'
  | 'other'

/** One probe of one backend. */
export interface ProbeResult {
  /** When it ended; epoch milliseconds. */
  at: number
  passed: boolean
  /** How long it took, in milliseconds. */
  tookMs: number
  /** Status of the answer, for HTTP probes that got one. */
  status?: number
  /** Why it failed, or what was seen, in words: "connection refused", "status 500, expected 200-399". */
  detail: string
  /** What kind of fault it was, when it failed; results of earlier starts do not say. */
  fault?: ProbeFault
  /** First 200 characters of the answer's body, for HTTP probes. */
  bodyStart?: string
}
