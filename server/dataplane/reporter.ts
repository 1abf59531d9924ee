/** Batches what a worker tells the main thread about traffic: live failures and exchange records, bounded so that a storm stays cheap. */
import type { ExchangeRecord } from '../../shared/api/records.ts'
import type { BackendRef } from '../core/snapshot.ts'
import type { Numbers } from '../core/strategies/strategy.ts'
import type { Failure } from './engine.ts'
import type { Exchange } from './exchange.ts'
import type { RefusedRequest } from './exchange-plane.ts'
import type { FromWorker } from './messages.ts'
import { explain, reasonOf } from './why.ts'

/** Errors and slow exchanges kept per second and thread; a storm beyond it is counted, not copied. */
const ERRORS_PER_SECOND = 500
/** Choices among more backends than this are explained only to who asks: thousands of such records would fill the memory. */
const MOST_EXPLAINED = 64
/** Failures of one backend are told at most this often; the monitor needs one to start a probe. Milliseconds. */
const FAILURE_GAP_MS = 100

export interface ReporterOptions {
  /** Exchanges that take longer than this are always kept, in milliseconds. */
  readonly slowMs: number
  /** Epoch milliseconds. */
  readonly wallClock: () => number
  /** In flight now, for those whose choice is explained afterwards. */
  readonly numbers: Numbers
}

export class Reporter {
  private readonly send: (message: FromWorker) => void
  private readonly options: ReporterOptions
  private records: ExchangeRecord[] = []
  private errorsLeft = ERRORS_PER_SECOND
  /** Errors and slow exchanges beyond the allowance. */
  private errorsLeftOut = 0
  /** Others that were not drawn as a sample. */
  private leftOut = 0
  private readonly toldAt = new Map<number, number>()

  constructor(send: (message: FromWorker) => void, options: ReporterOptions) {
    this.send = send
    this.options = options
  }

  liveFailure(backend: BackendRef, failure: Failure, nowMs: number): void {
    const last = this.toldAt.get(backend.slot)
    if (last !== undefined && nowMs - last < FAILURE_GAP_MS) return
    this.toldAt.set(backend.slot, nowMs)
    this.send({ type: 'live-failure', slot: backend.slot, detail: failure.detail })
  }

  /** Keeps a request that could not become an exchange. */
  refused(request: RefusedRequest): void {
    if (this.errorsLeft === 0) this.errorsLeftOut += 1
    else {
      this.errorsLeft -= 1
      this.keep(recordOfRefused(request, this.options.wallClock()))
    }
  }

  private keep(record: ExchangeRecord): void {
    this.records.push(record)
    if (this.records.length >= 200) this.flush()
  }

  /** Keeps the exchange or lets it go. Building the record is the expensive part, so it is done only for those that are kept. */
  exchange(exchange: Exchange, nowMs: number): void {
    const because = this.because(exchange, nowMs)
    if (because === undefined) return
    this.keep(recordOf(exchange, nowMs, this.options, because))
  }

  private because(exchange: Exchange, nowMs: number): ExchangeRecord['loggedBecause'] | undefined {
    const { outcome } = exchange
    const failed =
      exchange.status >= 500 || exchange.ours || outcome === 'backend-broke' || outcome === 'client-timeout'
    if (failed || nowMs - exchange.startedAt > this.options.slowMs) {
      if (this.errorsLeft > 0) {
        this.errorsLeft -= 1
        return exchange.interest === 'debug' ? 'debug' : failed ? 'error' : 'slow'
      }
      this.errorsLeftOut += 1
      return undefined
    }
    if (exchange.interest === undefined) this.leftOut += 1
    return exchange.interest
  }

  /** Sends what has gathered. Called several times a second. */
  flush(): void {
    if (this.records.length === 0 && this.leftOut === 0 && this.errorsLeftOut === 0) return
    const { records, leftOut, errorsLeftOut } = this
    this.records = []
    this.leftOut = 0
    this.errorsLeftOut = 0
    this.send({ type: 'exchanges', records, leftOut: { errors: errorsLeftOut, others: leftOut } })
  }

  /** Opens the next second's allowance of errors. Called once a second. */
  nextSecond(): void {
    this.errorsLeft = ERRORS_PER_SECOND
  }
}

/** As the backend has it; what stands in the query may be secret. */
function withoutQuery(target: string): string {
  const mark = target.indexOf('?')
  return mark < 0 ? target : target.slice(0, mark)
}

function recordOf(
  exchange: Exchange,
  nowMs: number,
  options: ReporterOptions,
  loggedBecause: ExchangeRecord['loggedBecause'],
): ExchangeRecord {
  const { request, backend, pool, startedAt } = exchange
  const since = (at: number) => (at > 0 ? Math.max(0, at - startedAt) : null)
  const totalMs = nowMs - startedAt
  const tells = loggedBecause === 'debug' || (pool?.backends.length ?? 0) <= MOST_EXPLAINED
  const attempts: ExchangeRecord['attempts'] = [...(exchange.log ?? [])]
  if (backend !== undefined && !exchange.ours) {
    const startedMs = since(exchange.attemptedAt) ?? 0
    attempts.push({
      backend: backend.id,
      outcome: exchange.outcome === 'complete' ? 'ok' : exchange.outcome,
      startedMs,
      endedMs: totalMs,
      reason: pool === undefined ? '' : reasonOf(pool, exchange.chosenBy),
    })
  }
  return {
    id: request.id,
    at: Math.round(options.wallClock() - totalMs),
    listener: exchange.listener,
    route: exchange.route?.id ?? null,
    pool: pool?.id ?? null,
    backend: backend?.id ?? null,
    client: request.clientAddress(),
    method: request.method,
    host: request.host,
    path: withoutQuery(request.uri()),
    status: exchange.status,
    ours: exchange.ours,
    outcome: exchange.outcome,
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    queueMs: exchange.queuedMs > 0 ? exchange.queuedMs : null,
    connectMs: since(exchange.connectedAt),
    firstByteMs: since(exchange.firstByteAt),
    totalMs,
    attempts,
    loggedBecause,
    detail: exchange.detail === '' ? undefined : exchange.detail,
    notRetried: exchange.notRetried,
    why: tells ? (exchange.why ?? (pool && explain(pool, [], request, options.numbers, 'end'))) : undefined,
  }
}

function recordOfRefused({ id, listener, client, status, detail, line }: RefusedRequest, at: number): ExchangeRecord {
  return {
    id,
    at: Math.round(at),
    listener,
    route: null,
    pool: null,
    backend: null,
    client,
    method: '',
    host: '',
    path: line,
    status,
    ours: true,
    outcome: status === 408 ? 'client-timeout' : 'refused',
    bytesIn: 0,
    bytesOut: 0,
    queueMs: null,
    connectMs: null,
    firstByteMs: null,
    totalMs: 0,
    attempts: [],
    loggedBecause: 'error',
    detail,
  }
}
