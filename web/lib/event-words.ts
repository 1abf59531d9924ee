/** What an event says. */
import type { EventRecord } from '../../shared/api/records.ts'

/** The message with its backend as "pool / backend": earlier versions wrote the backend alone, and its name is unique in its pool only. */
export function eventWords({ message, pool, backend }: Pick<EventRecord, 'message' | 'pool' | 'backend'>): string {
  if (pool === undefined || backend === undefined || !message.startsWith(backend)) return message
  return /^(?: (?!\/ )|:)/.test(message.slice(backend.length)) ? `${pool} / ${message}` : message
}
