/** Small parts of the write path: what a failure is called, and a document as plain data. */
import type { ConfigDocument } from '../../shared/config/config.ts'
import { ControlError } from '../errors.ts'

/** The database did not take a change. */
export function storageError(cause: unknown): ControlError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ControlError(
    'storage-failing',
    `The change was not saved: ${why.replace(/\.$/, '')}. Nothing has changed; traffic goes on with the configuration in force.`,
    { cause, retryAfterSeconds: 5 },
  )
}

/** Somebody else was first. */
export function stale(base: number, currentRevision: number): ControlError {
  return new ControlError(
    'stale-revision',
    `The edit was made on revision ${base}, but revision ${currentRevision} is current. Nothing has changed.`,
    { revision: currentRevision },
  )
}

/** The document as plain JSON: no undefined, no prototypes. */
export function plain(document: ConfigDocument): ConfigDocument {
  return JSON.parse(JSON.stringify(document)) as ConfigDocument
}
