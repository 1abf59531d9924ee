/** Small parts of the write path: a document is parsed as a whole or not at all, and what a failure is called. */
import type { ProblemIssue } from '../../shared/api/problem.ts'
import { type Config, type ConfigDocument, configSchema } from '../../shared/config/config.ts'
import { ControlError } from '../errors.ts'
import { check } from './issues.ts'

/** Parses a whole document or throws `invalid-config` with every fault. */
export function parseWhole(document: unknown): Config {
  const checked = check(configSchema, document)
  if (checked.ok) return checked.value
  const { issues } = checked
  const first = issues[0] as ProblemIssue
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  throw new ControlError(
    'invalid-config',
    `${first.path || 'document'}: ${first.message}${more}. Nothing has changed.`,
    {
      issues,
    },
  )
}

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
