/** The response head towards the client, as one latin1 string, and how the body behind it has to be relayed. */
import { FRAMING } from './framing.ts'
import { DROP_FROM_BACKEND, FIELD } from './known-fields.ts'
import type { ResponseHead } from './response-head.ts'
import { CR } from './tables.ts'

/** How the body goes to the client. */
export const RELAY = {
  /** There is none. */
  none: 0,
  /** The bytes as they come; a chunked body with its framing (`BodyDecoder` with `raw`). */
  asIs: 1,
  /** The payload, each piece framed as a chunk by us, `LAST_CHUNK` at the end: the backend ends it by closing. */
  chunk: 2,
  /** The payload only, and the client connection is closed behind it: the client speaks HTTP/1.0. */
  untilClose: 3,
} as const

/** Offset behind the status in a response head. */
const REASON_AT = 12

/** What of a request its answer depends on; see `RequestHead`. */
export interface Asked {
  readonly minor: number
  readonly keepAlive: boolean
}

/** Writes response heads; one per thread is enough. */
export class ResponseWriter {
  /** One of `RELAY`, for the head written last. */
  relay: number = RELAY.none
  /** The client connection may take another request behind the answer written last. */
  keepAlive = true
  private readonly via: readonly [string, string]
  private readonly now: () => number
  private date = ''
  /** Epoch second that `date` says. */
  private dateOf = -1

  /** `via`: name of this proxy in Via. `now`: epoch milliseconds. */
  constructor(via: string, now: () => number = Date.now) {
    this.now = now
    this.via = [`Via: 1.0 ${via}\r\nX-Request-Id: `, `Via: 1.1 ${via}\r\nX-Request-Id: `]
  }

  /**
   * Head of a final answer or of a 101. `extra` is put in as it is: complete lines such as a cookie of ours, or ''. `close`: end the client
   * connection behind this answer, whatever the client wished.
   */
  write(request: Asked, response: ResponseHead, requestId: string, extra: string, close: boolean): string {
    this.keepAlive = request.keepAlive && !close
    const framing = this.framing(request, response)
    let out = this.copyFields(response) + this.via[response.minor as 0 | 1] + requestId
    out += framing + extra
    // RFC 9110 §6.6.1: whoever passes on an answer without a date adds it.
    if (!response.fields.has(FIELD.date) && response.status !== 101) out += this.dateLine()
    // RFC 9110 §15.5.22: 426 says which protocol it wants.
    if (response.status === 426 && response.fields.has(FIELD.upgrade))
      out += `Connection: Upgrade\r\nUpgrade: ${response.fields.listOfKind(FIELD.upgrade)}\r\n`
    if (response.status === 101) out += `Connection: Upgrade\r\nUpgrade: ${response.upgrade}\r\n`
    else if (!this.keepAlive) out += 'Connection: close\r\n'
    else if (request.minor === 0) out += 'Connection: keep-alive\r\n'
    return `${out}\r\n`
  }

  private dateLine(): string {
    const second = Math.floor(this.now() / 1000)
    if (second !== this.dateOf) {
      this.dateOf = second
      this.date = `Date: ${new Date(second * 1000).toUTCString()}\r\n`
    }
    return this.date
  }

  /** Head of an interim answer (100, 103); '' for a client of HTTP/1.0, which must not see one (RFC 9110 §15.2). */
  writeInterim(request: Asked, response: ResponseHead): string {
    return request.minor === 0 ? '' : `${this.copyFields(response)}\r\n`
  }

  /** Sets `relay` and returns the end of the X-Request-Id line with the framing fields. */
  private framing(request: Asked, response: ResponseHead): string {
    if (response.framing === FRAMING.length) {
      this.relay = response.length === 0 ? RELAY.none : RELAY.asIs
      return `\r\nContent-Length: ${response.length}\r\n`
    }
    if (response.framing === FRAMING.none) {
      this.relay = RELAY.none
      return response.announced < 0 ? '\r\n' : `\r\nContent-Length: ${response.announced}\r\n`
    }
    if (request.minor === 0) {
      // RFC 9112 §6.1: never chunked towards HTTP/1.0; the close is what ends the body.
      this.relay = RELAY.untilClose
      this.keepAlive = false
      return '\r\n'
    }
    this.relay = response.framing === FRAMING.chunked ? RELAY.asIs : RELAY.chunk
    return '\r\nTransfer-Encoding: chunked\r\n'
  }

  /** Status line and everything that is passed on as it came, in as few slices as possible. */
  private copyFields(response: ResponseHead): string {
    const { fields, connection } = response
    const { kinds, at, count, text } = fields
    const named = connection.names !== undefined
    // RFC 9112 §2.3: the version in the answer is our own.
    let out = response.minor === 1 ? '' : 'HTTP/1.1'
    let run = response.minor === 1 ? 0 : 8
    // RFC 9112 §4: the space behind the status is required even without a reason.
    if (text.charCodeAt(REASON_AT) === CR) {
      out = `HTTP/1.1 ${response.status} `
      run = REASON_AT
    }
    for (let index = 0; index < count; index++) {
      const kind = kinds[index] as number
      if (DROP_FROM_BACKEND[kind] === 0 && !(named && connection.removes(fields, index))) continue
      const start = at[index * 4] as number
      if (start > run) out += text.substring(run, start)
      run = index + 1 < count ? (at[index * 4 + 4] as number) : fields.end
    }
    return fields.end > run ? out + text.substring(run, fields.end) : out
  }
}
