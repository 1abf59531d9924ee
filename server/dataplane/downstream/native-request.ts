/** The request of a native exchange, as strategies, routes and logs see it. */
import { clientBehind } from '../../core/trusted-proxies.ts'
import type { BodyState, ExchangeRequest } from '../engine.ts'
import { FRAMING } from '../http1/framing.ts'
import { FIELD } from '../http1/known-fields.ts'
import { ulid } from '../ulid.ts'
import type { NativeCarrier } from './native-carrier.ts'

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

export class NativeRequest implements ExchangeRequest {
  private readonly carrier: NativeCarrier
  private made = ''

  constructor(carrier: NativeCarrier) {
    this.carrier = carrier
  }

  reset(): void {
    this.made = ''
  }

  get id(): string {
    if (this.made !== '') return this.made
    const { client, head } = this.carrier
    const given = client.trusted ? head.field('x-request-id') : undefined
    this.made = given !== undefined && REQUEST_ID.test(given) ? given : ulid(Date.now())
    return this.made
  }

  get method(): string {
    return this.carrier.head.method
  }

  get host(): string {
    return this.carrier.head.host
  }

  get path(): string {
    return this.carrier.head.path
  }

  get bodyLength(): number {
    const { head, body } = this.carrier
    if (head.framing !== FRAMING.chunked) return head.length
    // A small body may have come whole with its head.
    return body.done ? body.received : Number.POSITIVE_INFINITY
  }

  get upgrade(): boolean {
    return this.carrier.head.upgrade !== ''
  }

  get debug(): string | undefined {
    const { fields } = this.carrier.head
    return fields.has(FIELD.debug) ? fields.value(fields.first[FIELD.debug] as number) : undefined
  }

  bodyState(): BodyState {
    if (this.carrier.head.framing === FRAMING.none) return 'none'
    return this.carrier.body.whole ? 'kept' : 'streaming'
  }

  clientAddress(): string {
    const { client, head } = this.carrier
    if (!client.trusted) return client.address
    return clientBehind(head.fields.listOfKind(FIELD.xForwardedFor), client.address, client.home.settings.trusts)
  }

  uri(): string {
    return this.carrier.head.target
  }

  header(name: string): string | undefined {
    return this.carrier.head.field(name)
  }

  cookie(name: string): string | undefined {
    for (const part of (this.carrier.head.field('cookie') ?? '').split(';')) {
      const equals = part.indexOf('=')
      if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim()
    }
    return undefined
  }

  query(name: string): string | undefined {
    const { target } = this.carrier.head
    const mark = target.indexOf('?')
    return mark < 0 ? undefined : (new URLSearchParams(target.slice(mark + 1)).get(name) ?? undefined)
  }
}
