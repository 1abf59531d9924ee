/** Answers that we make ourselves: which status for which reason, as a small page or problem+json, and never cached. */

export interface OwnAnswer {
  readonly status: number
  readonly title: string
  /** What happened and what to do, in one sentence, without inner details. */
  readonly detail: string
  /** Seconds for `Retry-After`; 0 for none. */
  readonly retryAfter: number
}

const answer = (status: number, title: string, detail: string, retryAfter = 0): OwnAnswer =>
  Object.freeze({ status, title, detail, retryAfter })

/** Every answer of ours outside the parser's refusals. */
export const ownAnswers = {
  noRoute: answer(404, 'Not Found', 'No route of this listener takes the request.'),
  bodyTooLarge: answer(413, 'Content Too Large', 'The request body is larger than this route allows.'),
  clientSlow: answer(408, 'Request Timeout', 'The request took too long to arrive.'),
  badBackend: answer(502, 'Bad Gateway', 'The backend broke the connection or answered something invalid.'),
  noBackend: answer(
    503,
    'Service Unavailable',
    'No backend is available for this request. Please try again shortly.',
    5,
  ),
  queueFull: answer(503, 'Service Unavailable', 'Every backend is at its limit. Please try again shortly.', 2),
  queueTooLong: answer(
    503,
    'Service Unavailable',
    'Every backend stayed at its limit for as long as the request could wait. Please try again shortly.',
    2,
  ),
  slowBackend: answer(504, 'Gateway Timeout', 'The backend took too long to answer.'),
} as const

const refusals: Record<number, string> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
}

/** An answer for a request that could not be understood or is not allowed; `detail` says what is wrong with it. */
export function refusal(status: number, detail: string): OwnAnswer {
  return answer(status, refusals[status] ?? 'Error', detail)
}

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** Body and its media type: a page for browsers (`accept` names text/html), problem+json (RFC 9457) for everybody else. */
export function renderOwnAnswer(
  own: OwnAnswer,
  accept: string | undefined,
  requestId: string,
): { type: string; body: string } {
  if (accept?.includes('text/html')) {
    const title = `${own.status} ${escapeHtml(own.title)}`
    const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${escapeHtml(own.detail)}</p><p><small>Request ${escapeHtml(requestId)} · Evenkeel</small></p></html>\n`
    return { type: 'text/html; charset=utf-8', body }
  }
  const body = JSON.stringify({
    type: 'about:blank',
    title: own.title,
    status: own.status,
    detail: own.detail,
    requestId,
  })
  return { type: 'application/problem+json', body: `${body}\n` }
}
