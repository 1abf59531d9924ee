/** How long a backend may take for the head of its answer, and who is being waited for meanwhile. */
import type { PoolSnapshot } from '../../core/snapshot.ts'
import type { Failure } from '../engine.ts'
import type { BackendConnection } from '../upstream/connection.ts'
import type { NativeCarrier } from './native-carrier.ts'

export class AnswerWait {
  private readonly carrier: NativeCarrier
  /** A 100 of a backend has been passed on: the client must not see another. */
  private passed100 = false
  /** Milliseconds. */
  private limitMs = 0
  /** The limit is that of one try, set by the retry policy. */
  private ofTry = false
  /** Bytes of the answer at the last look. */
  private sentBefore = 0

  constructor(carrier: NativeCarrier) {
    this.carrier = carrier
  }

  reset(): void {
    this.passed100 = false
    this.sentBefore = 0
  }

  /** Has the answer begun, and gone on since the last look? */
  goesOn(): boolean {
    const sent = this.carrier.exchange?.bytesOut ?? 0
    const moved = this.carrier.answerBegun && sent !== this.sentBefore
    this.sentBefore = sent
    return moved
  }

  /** The client waits for a 100 that is still to come. */
  get expects100(): boolean {
    return this.carrier.request.expectContinue && !this.passed100
  }

  /** The request of one attempt has been sent. `attempts`: made so far, this one included. */
  begin(connection: BackendConnection, pool: PoolSnapshot, attempts: number): void {
    const { timeouts, retry } = pool
    this.ofTry = retry.timeoutMs > 0 && retry.timeoutMs < timeouts.headMs && attempts <= retry.attempts
    this.limitMs = this.ofTry ? retry.timeoutMs : timeouts.headMs
    this.moved(connection)
  }

  /** While the client still sends, time counts only when the backend does not take what has come. */
  moved(connection: BackendConnection): void {
    const { thread, body, client } = this.carrier
    const sending = body.open && !client.isPaused
    // Who waits for a 100 sends nothing: then it is the backend that keeps us waiting.
    if (sending && !(this.expects100 && body.received === 0)) thread.wheel.clear(connection)
    else thread.wheel.watch(connection, thread.clock.now(), this.limitMs)
  }

  /** Is this interim answer one that the client should see? RFC 9110 §15.2.1: 100 only if it asked for it, and once. */
  passes(status: number): boolean {
    if (status !== 100) return true
    const passes = this.expects100
    this.passed100 = true
    return passes
  }

  /** Which limit it is that has run out. */
  get kind(): Failure['kind'] {
    return this.ofTry ? 'try-timeout' : 'head-timeout'
  }
}
