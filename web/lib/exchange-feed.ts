/** Logged requests from the live stream. The stream carries them only while somebody here wants them. */
import type { ExchangeRecord } from '../../shared/api/records.ts'

export interface ExchangeReader {
  /** A batch, oldest first. It may hold records that were seen before: the stream replays after a pause. */
  take(records: readonly ExchangeRecord[]): void
  /** The stream has opened: what happened before is to be fetched. */
  opened(): void
}

const readers = new Set<ExchangeReader>()
let onWanted: () => void = () => undefined

/** Whether the stream shall carry requests. */
export const exchangesWanted = (): boolean => readers.size > 0

/** For the stream: calls back when `exchangesWanted` has changed. */
export function watchWanted(callback: () => void): void {
  onWanted = callback
}

/** For the stream: hands over what has come. */
export function deliver(records: readonly ExchangeRecord[]): void {
  for (const reader of readers) reader.take(records)
}

/** For the stream: it carries requests from now on. */
export function feedOpened(): void {
  for (const reader of readers) reader.opened()
}

/** Starts to read; answers how to stop. */
export function readExchanges(reader: ExchangeReader): () => void {
  readers.add(reader)
  if (readers.size === 1) onWanted()
  return () => {
    readers.delete(reader)
    if (readers.size === 0) onWanted()
  }
}
