/** The HTTP probe: passed when the status is an expected one and the body contains the text asked for. Redirects are not followed. */

import { formatHostPort } from '../../shared/address.ts'
import type { ProbeResult } from '../../shared/api/live.ts'
import type { HttpHealthCheck } from '../../shared/config/health-check.ts'
import { ms } from '../../shared/units.ts'
import { ask, type HttpAnswer, type HttpQuestion } from './http-ask.ts'
import { type Probe, ProbeFailed, type ProbeParts, type ProbeTarget } from './probe.ts'

/** Fields that say how the message is framed: they follow from what is sent and cannot be set. */
const FRAMING = new Set(['connection', 'content-length', 'transfer-encoding', 'upgrade', 'expect', 'te', 'trailer'])

function headersOf(check: HttpHealthCheck, target: ProbeTarget): Record<string, string> {
  const headers: Record<string, string> = {
    host: check.host ?? formatHostPort(target),
    'user-agent': 'evenkeel-probe',
    accept: '*/*',
    'accept-encoding': 'identity',
  }
  for (const [name, value] of Object.entries(check.headers)) {
    const key = name.toLowerCase()
    if (!FRAMING.has(key)) headers[key] = value
  }
  if (check.host !== undefined) headers.host = check.host
  headers.connection = 'close'
  if (check.method === 'POST') headers['content-length'] = '0'
  return headers
}

/** Is the status in one of the ranges (`204`, `200-399`)? */
function isExpected(status: number, expect: readonly string[]): boolean {
  return expect.some((range) => {
    const [low, high = low] = range.split('-').map(Number) as [number, number?]
    return status >= low && status <= high
  })
}

/** What the answer means; the words of a passed one too. */
export function judge(answer: HttpAnswer, check: HttpHealthCheck): Pick<ProbeResult, 'passed' | 'detail' | 'fault'> {
  const { status } = answer
  if (!isExpected(status, check.expect)) {
    return { passed: false, fault: 'status', detail: `status ${status}, expected ${check.expect.join(', ')}` }
  }
  if (!answer.contains)
    return { passed: false, fault: 'body', detail: `status ${status}, but the body does not contain "${check.body}"` }
  return { passed: true, detail: `status ${status}` }
}

/** The request that a health check makes of a target. */
export function questionOf(check: HttpHealthCheck, target: ProbeTarget): HttpQuestion {
  return {
    target: { host: target.host, port: check.port ?? target.port },
    method: check.method,
    path: check.path,
    headers: headersOf(check, target),
    contains: check.body === '' ? undefined : check.body,
    worthReading: (status) => isExpected(status, check.expect),
    timeoutMs: ms(check.timeout),
  }
}

/** A probe for `type: http`. */
export function createHttpProbe(check: HttpHealthCheck, parts: ProbeParts): Probe {
  return {
    async probe(target, signal): Promise<ProbeResult> {
      const began = performance.now()
      try {
        const answer = await ask(questionOf(check, target), parts, signal)
        const verdict = judge(answer, check)
        const { status, tookMs, bodyStart } = answer
        return { at: parts.wallClock(), ...verdict, tookMs, status, bodyStart }
      } catch (error) {
        if (!(error instanceof ProbeFailed)) throw error
        const tookMs = Math.round((performance.now() - began) * 10) / 10
        return { at: parts.wallClock(), passed: false, tookMs, detail: error.message, fault: error.kind }
      }
    },
  }
}
