/** The request of a native exchange, as strategies, routes and logs see it. */
import { clientBehind, saysTls } from '../../core/forwarded.ts'
import type { BodyState, ExchangeRequest } from '../engine.ts'
import { FRAMING } from '../http1/framing.ts'
import { FIELD } from '../http1/known-fields.ts'
import type { RequestHead } from '../http1/request-head.ts'
import { loneForwarded } from '../http1/request-writer.ts'
import { ulid } from '../ulid.ts'
import type { HeadOwner, HeadReader } from './head-reader.ts'
import type { NativeCarrier } from './native-carrier.ts'

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

export class NativeRequest implements ExchangeRequest, HeadOwner {
  private readonly carrier: NativeCarrier
  private readonly reader: HeadReader
  private made = ''
  text = ''
  slashesMerged = false
  /** What passing the answer on depends on, so that the head need not be parsed again for it. `protocol`: asked for with Upgrade, or ''. */
  method = ''
  protocol = ''
  minor = 1
  keepAlive = true
  expectContinue = false

  constructor(carrier: NativeCarrier, reader: HeadReader) {
    this.carrier = carrier
    this.reader = reader
  }

  /** Becomes the request whose head has just been parsed. */
  begin(): void {
    const { parsed } = this.reader
    this.text = parsed.fields.text
    this.method = parsed.method
    this.protocol = parsed.upgrade
    this.minor = parsed.minor
    this.keepAlive = parsed.keepAlive
    this.expectContinue = parsed.expectContinue
    this.made = ''
    this.slashesMerged = false
    this.reader.claim(this)
  }

  /** Lets go of the head. */
  reset(): void {
    this.text = ''
    this.reader.claim(undefined)
  }

  /** The whole head, valid until another request is looked at. */
  get head(): RequestHead {
    return this.reader.of(this)
  }

  get id(): string {
    if (this.made !== '') return this.made
    const given = this.carrier.client.trusted ? this.head.field('x-request-id') : undefined
    this.made = given !== undefined && REQUEST_ID.test(given) ? given : ulid(Date.now())
    return this.made
  }

  get host(): string {
    return this.head.host
  }

  get path(): string {
    return this.head.path
  }

  get otherPath(): string {
    return this.head.otherPath
  }

  mergeSlashes(): void {
    this.slashesMerged = true
    this.head.mergeSlashes()
  }

  get bodyLength(): number {
    const { body } = this.carrier
    const { head } = this
    if (head.framing !== FRAMING.chunked) return head.length
    // A small body may have come whole with its head.
    return body.done ? body.received : Number.POSITIVE_INFINITY
  }

  get upgrade(): boolean {
    return this.protocol !== ''
  }

  get debug(): string | undefined {
    const { fields } = this.head
    return fields.has(FIELD.debug) ? fields.value(fields.first[FIELD.debug] as number) : undefined
  }

  bodyState(): BodyState {
    if (this.head.framing === FRAMING.none) return 'none'
    return this.carrier.body.whole ? 'kept' : 'streaming'
  }

  clientAddress(): string {
    const { client } = this.carrier
    if (!client.trusted) return client.address
    const { head } = this
    const { trusts } = client.home.settings
    const said = loneForwarded(head, trusts)
    if (said !== undefined) return said.client === '' ? client.address : said.client
    return clientBehind(head.fields.listOfKind(FIELD.xForwardedFor), client.address, trusts)
  }

  get secure(): boolean {
    const { client } = this.carrier
    if (!client.trusted) return false
    const { head } = this
    const proto = head.fields.ofKind(FIELD.xForwardedProto) ?? loneForwarded(head, client.home.settings.trusts)?.proto
    return proto !== undefined && saysTls(proto)
  }

  uri(): string {
    return this.head.target
  }

  header(name: string): string | undefined {
    return this.head.field(name)
  }

  cookie(name: string): string | undefined {
    // A client may send several Cookie fields (RFC 9113 §8.2.3 joins them the same way).
    for (const part of (this.head.fields.listOf('cookie', '; ') ?? '').split(';')) {
      const equals = part.indexOf('=')
      if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim()
    }
    return undefined
  }

  query(name: string): string | undefined {
    const { target } = this.head
    const mark = target.indexOf('?')
    return mark < 0 ? undefined : (new URLSearchParams(target.slice(mark + 1)).get(name) ?? undefined)
  }
}
