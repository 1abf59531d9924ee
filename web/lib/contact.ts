/** Whether the balancer is heard, since when it is not, and how fresh what is on the screen is. */
import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { clockTime, duration } from './format.ts'
import { keys } from './queries.ts'

export interface Contact {
  /** live: the stream is open · paused: the page is in the background and asks now and then · reconnecting: the stream has broken off. */
  state: 'live' | 'paused' | 'reconnecting'
  /** Seconds until the next try. */
  retryIn: number
  /** When the balancer was heard last, epoch milliseconds of this machine; 0: never. */
  heardAt: number
  /** Milliseconds since then, once that is too long; 0 while all is well. What is on the screen is then from `heardAt`. */
  lostFor: number
}

/** After this long without a word, the balancer is out of contact. It speaks once a second. */
export const SILENT_MS = 3500

let current: Contact = { state: 'reconnecting', retryIn: 0, heardAt: 0, lostFor: 0 }
const listeners = new Set<() => void>()

export const currentContact = (): Contact => current

/** Notes what has changed. While all is well nobody is told of each word heard: only `heardAt` would differ. */
export function setContact(change: Partial<Contact>): void {
  const next = { ...current, ...change }
  const same = next.state === current.state && next.retryIn === current.retryIn && next.lostFor === current.lostFor
  current = next
  if (!same) for (const listener of listeners) listener()
}

export function useContact(): Contact {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
}

/** How contact stands at `now`: the stream and answers to what was asked both count as words. Whole seconds, so that nothing is drawn twice in one. */
export function contactAt(client: QueryClient, now: number): Pick<Contact, 'heardAt' | 'lostFor'> {
  const heardAt = client.getQueryState(keys.status)?.dataUpdatedAt ?? 0
  const silent = heardAt === 0 ? 0 : now - heardAt
  return { heardAt, lostFor: silent > SILENT_MS ? Math.floor(silent / 1000) * 1000 : 0 }
}

/** "No contact with the balancer for 12 s; what follows is from 16:39:50". */
export function lostSentence({ lostFor, heardAt }: Contact): string {
  return `No contact with the balancer for ${duration(lostFor)}; what follows is from ${clockTime(heardAt)}`
}
