/** What every probe looks like from outside: one file per kind behind this interface. */
import type { AddressPolicy } from '../../shared/address-policy.ts'
import type { ProbeFault, ProbeResult } from '../../shared/api/live.ts'
import type { Resolver } from './resolver.ts'

/** Most of an answer's body that a probe reads, in bytes. */
export const BODY_LIMIT = 64 * 1024
/** Characters of the body that a result keeps. */
export const BODY_START = 200

/** Where a probe goes: the address of a backend; `host` has no brackets. */
export interface ProbeTarget {
  host: string
  port: number
}

export interface Probe {
  /**
   * Tries the target once. Resolves with what was seen, failures included, within the timeout of the check. Rejects with
   * `ProbeNotMade` when the try says nothing about the target: it was called off, or this machine could not make it.
   */
  probe(target: ProbeTarget, signal?: AbortSignal): Promise<ProbeResult>
}

/** What probes are built from. */
export interface ProbeParts {
  resolver: Pick<Resolver, 'resolve'>
  policy: AddressPolicy
  /** Epoch milliseconds, for `ProbeResult.at`. */
  wallClock: () => number
}

/** The probe did not happen, so it is no evidence: neither passed nor failed. */
export class ProbeNotMade extends Error {
  override readonly name = 'ProbeNotMade'
}

/** The probe happened and failed; the message says why, in words, and ends in no full stop. */
export class ProbeFailed extends Error {
  override readonly name = 'ProbeFailed'
  readonly kind: ProbeFault
  /** The response, where one came that was not what it should be: its status and the first 200 characters of its body. */
  readonly response: { status: number; bodyStart: string } | undefined

  constructor(kind: ProbeFault, message: string, response?: ProbeFailed['response']) {
    super(message)
    this.kind = kind
    this.response = response
  }
}

/** Milliseconds as people say them: `250 ms`, `3 s`, `1.5 s`. */
export function spell(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`
}
