/** What all native listeners of a thread share: wheel, backend connections, writers, and heads that are used again. */
import type { Clock } from '../../core/clock.ts'
import type { BackendRef, ListenerSnapshot } from '../../core/snapshot.ts'
import type { RequestLimits } from '../http1/request-head.ts'
import { RequestWriter } from '../http1/request-writer.ts'
import { ResponseHead } from '../http1/response-head.ts'
import { ResponseWriter } from '../http1/response-writer.ts'
import type { Plane } from '../plane.ts'
import { TimerWheel } from '../timer-wheel.ts'
import { BackendPool, type PoolParts } from '../upstream/pool.ts'
import type { ClientConnection } from './client-connection.ts'
import { HeadReader } from './head-reader.ts'
import { NativeCarrier } from './native-carrier.ts'
import type { Keep } from './request-body.ts'

/** Carriers kept for the next request; each holds about 1 KiB. Fewer than there are requests at once would mean new ones all the time. */
const SPARE_CARRIERS = 2048
/** Writers kept by client address: their strings are the same for every connection of that client. */
const WRITERS = 1024

export class NativeThread {
  readonly plane: Plane
  readonly clock: Clock
  readonly wheel: TimerWheel
  readonly via: string
  /** One response head per thread is enough: it is parsed and written within one read. */
  readonly response = new ResponseHead()
  readonly responseWriter: ResponseWriter
  readonly heads = new HeadReader()
  /** Request bodies that may have to be sent again. */
  readonly kept: Keep = { bytes: 0 }
  private readonly poolParts: PoolParts
  private readonly pools = new Map<number, BackendPool>()
  private readonly spare: NativeCarrier[] = []
  private readonly writers = new Map<string, RequestWriter>()
  private readonly limits = new WeakMap<ListenerSnapshot, RequestLimits>()

  constructor(plane: Plane, via: string) {
    this.plane = plane
    this.clock = plane.clock
    this.via = via
    this.responseWriter = new ResponseWriter(via)
    this.wheel = new TimerWheel(() => plane.clock.now())
    this.wheel.start()
    this.poolParts = { wheel: this.wheel, clock: this.clock, onShort: () => plane.room.short('descriptors') }
  }

  poolOf(backend: BackendRef): BackendPool {
    let pool = this.pools.get(backend.slot)
    if (pool === undefined) {
      pool = new BackendPool(backend, this.poolParts)
      this.pools.set(backend.slot, pool)
    }
    return pool
  }

  /** Closes the idle connections to all backends and keeps none from now on. Nothing may be under way any more. */
  close(): void {
    for (const pool of this.pools.values()) pool.close()
    this.wheel.stop()
  }

  limitsOf(settings: ListenerSnapshot): RequestLimits {
    let limits = this.limits.get(settings)
    if (limits === undefined) {
      const { headBytes, fields, targetBytes } = settings.limits
      limits = { headBytes, fields, targetBytes, bodyBytes: Number.POSITIVE_INFINITY, allowTrace: false }
      this.limits.set(settings, limits)
    }
    return limits
  }

  writerFor(address: string, trusted: boolean): RequestWriter {
    const key = `${address} ${trusted}`
    let writer = this.writers.get(key)
    if (writer === undefined) {
      if (this.writers.size >= WRITERS) this.writers.clear()
      writer = new RequestWriter({ address, trusted, proto: 'http', via: this.via })
      this.writers.set(key, writer)
    }
    return writer
  }

  takeCarrier(client: ClientConnection): NativeCarrier {
    const carrier = this.spare.pop() ?? new NativeCarrier(this)
    carrier.client = client
    return carrier
  }

  /** Takes a carrier back; it must hold nothing of the exchange any more. */
  returnCarrier(carrier: NativeCarrier): void {
    carrier.reset()
    if (this.spare.length < SPARE_CARRIERS) this.spare.push(carrier)
  }
}
