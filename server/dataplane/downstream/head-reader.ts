/**
 * The one parsed request head of a thread. A parsed head is some twenty cache lines of offsets, and with a thousand clients busy at once a
 * thousand of them would push each other out of the cache; a request keeps its text instead, and what is asked for after another head has
 * been parsed (by a retry, a log line, a queue) is parsed again.
 */
import { RequestHead, type RequestLimits } from '../http1/request-head.ts'

/** A request whose head can be parsed again. */
export interface HeadOwner {
  /** The whole head as latin1, as it came. */
  readonly text: string
  /** The slashes at the front of its path are forwarded as one. */
  readonly slashesMerged: boolean
}

/** What has been accepted once is accepted again, even if the limits have changed since. */
const NO_LIMITS: RequestLimits = Object.freeze({
  headBytes: Number.POSITIVE_INFINITY,
  fields: Number.POSITIVE_INFINITY,
  targetBytes: Number.POSITIVE_INFINITY,
  bodyBytes: Number.POSITIVE_INFINITY,
  allowTrace: true,
})

export class HeadReader {
  /** To parse into. Belongs to nobody until it is claimed. */
  readonly parsed = new RequestHead()
  private owner: HeadOwner | undefined

  /** The head parsed last is that of `owner`. */
  claim(owner: HeadOwner | undefined): void {
    this.owner = owner
  }

  /** The head of `owner`. Valid until the next call of this reader. */
  of(owner: HeadOwner): RequestHead {
    return this.owner === owner ? this.parsed : this.again(owner)
  }

  private again(owner: HeadOwner): RequestHead {
    const bytes = Buffer.from(owner.text, 'latin1')
    this.parsed.parse(bytes, 0, bytes.length, NO_LIMITS)
    if (owner.slashesMerged) this.parsed.mergeSlashes()
    this.owner = owner
    return this.parsed
  }
}
