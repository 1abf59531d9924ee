/** Whether traffic may be sent to this process, for `/readyz`. Pure. */
import type { ListenerStatus } from '../shared/api/live.ts'

/**
 * Ready means that every listener of the configuration in force listens. Whoever asks sends traffic to all of them; one that another
 * program has taken would answer in our place.
 */
export function readiness(facts: { stopping: boolean; inForce: boolean; listeners: readonly ListenerStatus[] }) {
  if (facts.stopping) return { ready: false, reason: 'draining' }
  if (!facts.inForce) return { ready: false, reason: 'no configuration in force yet' }
  const closed = facts.listeners.filter((listener) => listener.condition !== 'listening')
  const reason = closed.map(({ id, problem }) => `listener ${id} is not listening: ${problem ?? 'starting'}`).join('; ')
  return { ready: closed.length === 0, reason: reason || 'ready' }
}
