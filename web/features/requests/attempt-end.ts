/** How one attempt of a request ended. Pure. */
import type { ExchangeRecord } from '../../../shared/api/records.ts'

export type Tone = 'good' | 'warn' | 'bad' | 'dim'

/** How an attempt ended: mark and, unless it went well, words. The last one ended as the request did. */
export function attemptEnd(exchange: ExchangeRecord, index: number): { tone: Tone; words: string } {
  const outcome = exchange.attempts[index]?.outcome ?? ''
  if (outcome === 'client-aborted') return { tone: 'dim', words: 'the client left' }
  if (outcome === 'client-timeout') return { tone: 'dim', words: 'the client was too slow' }
  if (outcome === 'cut') return { tone: 'dim', words: 'closed by Evenkeel' }
  if (outcome === 'backend-broke') return { tone: 'bad', words: 'it broke off in its response' }
  if (outcome !== 'ok') return { tone: 'bad', words: outcome }
  if (exchange.status >= 500) return { tone: 'bad', words: `it answered ${exchange.status}` }
  if (exchange.status >= 400) return { tone: 'warn', words: `it answered ${exchange.status}` }
  return { tone: 'good', words: '' }
}
