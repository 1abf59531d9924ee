/** A record of the log of requests, for tests. */
import type { ExchangeRecord } from '../../shared/api/records.ts'

/** A GET that went well, number `index`: its id is `x<index>`, it began at that millisecond. */
export function exchange(index: number, more: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    id: `x${index}`,
    at: index,
    listener: 'web',
    route: 'default',
    pool: 'app',
    backend: 'a1',
    client: '10.0.0.9',
    method: 'GET',
    host: 'example.com',
    path: `/Item/${index}`,
    status: 200,
    ours: false,
    outcome: 'complete',
    bytesIn: 0,
    bytesOut: 0,
    queueMs: null,
    connectMs: 1,
    firstByteMs: 2,
    totalMs: 3,
    attempts: [],
    loggedBecause: 'sample',
    ...more,
  }
}
