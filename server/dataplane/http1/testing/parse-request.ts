/** Test helper: one request head from text. */
import { DEFAULT_REQUEST_LIMITS, HEAD, RequestHead, type RequestLimits } from '../request-head.ts'

/** A valid Host line. */
export const H = 'Host: a.example\r\n'
const limits = (over: Partial<RequestLimits> = {}): RequestLimits => ({ ...DEFAULT_REQUEST_LIMITS, ...over })

/** Parses `text` as one request head. */
export function parse(text: string, over?: Partial<RequestLimits>): RequestHead & { result: number } {
  const bytes = Buffer.from(text, 'latin1')
  const head = new RequestHead()
  return Object.assign(head, { result: head.parse(bytes, 0, bytes.length, limits(over)) })
}

/** How `text` fares: its refusal's status, or that it is complete or not. */
export function status(text: string, over?: Partial<RequestLimits>): number | 'ok' | 'more' {
  const head = parse(text, over)
  return head.result === HEAD.ok ? 'ok' : head.result === HEAD.more ? 'more' : head.status
}
