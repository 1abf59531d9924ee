/**
 * The only write path of the configuration. A change is: base current → whole document valid → new binds possible → one
 * transaction → swapped into the data plane → told to everybody. What fails before the transaction leaves everything as it was.
 */
import { isDeepStrictEqual } from 'node:util'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
import type { ProblemIssue } from '../../shared/api/problem.ts'
import type { RevisionSummary } from '../../shared/api/records.ts'
import { type Config, type ConfigDocument, configSchema } from '../../shared/config/config.ts'
import type { Db } from '../db/handle.ts'
import { type CommitResult, commitRevision, getRevision, listRevisions, type RevisionRecord } from '../db/revisions.ts'
import { ControlError } from '../errors.ts'
import { bindError } from './bind-error.ts'
import type { DataPlane, EventSink } from './data-plane.ts'
import { issuesOf } from './issues.ts'
import { newestReadable } from './stored-config.ts'
import { summarise } from './summary.ts'

/** The configuration in force. */
export interface CurrentConfig {
  /** 0 before the first one. */
  revision: number
  /** As written. */
  document: ConfigDocument
  /** With every default filled in. */
  config: Config
}

/** A change that has taken place. */
export interface ConfigChange extends CurrentConfig {
  /** The configuration that it replaced. */
  before: Config
  previous: number
  summary: string
  author: string
}

export interface ChangeRequest {
  /** The revision the edit was made on; undefined applies it to the newest one. */
  base?: number
  /** Gets a copy of the document, may change it, answers the new one. May throw a `ControlError`. */
  edit: (document: ConfigDocument) => ConfigDocument
  author: string
  /** Words for the history; default: worked out from the difference. */
  summary?: (difference: string) => string
}

export interface ConfigControlParts {
  db: Db
  dataPlane: DataPlane
  events: EventSink
  /** Wall clock, epoch milliseconds. */
  now: () => number
  /** Further checks before the commit, such as room on the scoreboard; throws a `ControlError`. */
  check?: (config: Config) => void
}

export interface ConfigControl {
  current(): CurrentConfig
  /**
   * Changes the configuration; changes queue up and run one at a time.
   * Errors: `stale-revision`, `invalid-config`, `cannot-bind`, `capacity`, `storage-failing`, `apply-failed`, and what `edit` throws.
   */
  change(request: ChangeRequest): Promise<ChangeAnswer>
  /** One revision with its document; undefined when there is none (any more). */
  revision(number: number): RevisionRecord | undefined
  /** Newest first; `before` is the smallest number of the page before. */
  revisions(query: { before?: number; limit: number }): RevisionSummary[]
  /** Every fault of a document; empty when it would be accepted (binds aside). */
  validate(document: unknown): ProblemIssue[]
  /** Puts the document of an older revision in force again, as a new revision. Errors: `not-found` and those of `change`. */
  restore(request: { number: number; base: number; author: string }): Promise<ChangeAnswer>
  /**
   * Loads the newest stored revision, or stores `first` when there is none, and puts it in force. Call once. Subscribers
   * are told as of any change, with an empty configuration as `before`.
   */
  start(first: ConfigDocument): Promise<void>
  /** Called after `start` and after each change, once it is in force; answers how to stop. Errors thrown by a listener are recorded, not passed on. */
  subscribe(listener: (change: ConfigChange) => void): () => void
}

const empty: CurrentConfig = { revision: 0, document: { version: 1 }, config: configSchema.parse({ version: 1 }) }

/** Parses a whole document or throws `invalid-config` with every fault. */
function parseWhole(document: unknown): Config {
  const parsed = configSchema.safeParse(document)
  if (parsed.success) return parsed.data
  const issues = issuesOf(parsed.error)
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

function storageError(cause: unknown): ControlError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ControlError(
    'storage-failing',
    `The change was not saved: ${why}. Nothing has changed; traffic goes on with the configuration in force.`,
    { cause, retryAfterSeconds: 5 },
  )
}

/** Builds the write path. */
export function createConfigControl(parts: ConfigControlParts): ConfigControl {
  const { db, dataPlane, events } = parts
  const listeners = new Set<(change: ConfigChange) => void>()
  let current = empty
  let tail: Promise<unknown> = Promise.resolve()

  function queued<T>(work: () => Promise<T>): Promise<T> {
    const result = tail.then(work)
    tail = result.catch(() => undefined)
    return result
  }

  function commit(base: number, document: ConfigDocument, author: string, summary: string): number {
    let answer: CommitResult
    try {
      answer = commitRevision(db, { base, at: parts.now(), author, summary, document })
    } catch (error) {
      throw storageError(error)
    }
    if (answer.ok) return answer.number
    throw stale(base, answer.current)
  }

  function notify(change: ConfigChange) {
    for (const listener of listeners) {
      try {
        listener(change)
      } catch (error) {
        events.record({ kind: 'process', severity: 'error', message: `after revision ${change.revision}: ${error}` })
      }
    }
  }

  async function run(request: ChangeRequest): Promise<ChangeAnswer> {
    const before = current
    if (request.base !== undefined && request.base !== before.revision) throw stale(request.base, before.revision)
    const document = plain(request.edit(structuredClone(before.document)))
    const config = parseWhole(document)
    if (isDeepStrictEqual(document, before.document) && before.revision > 0)
      return { revision: before.revision, previous: before.revision, summary: 'nothing changed', config: document }
    parts.check?.(config)
    const problems = await dataPlane.checkBinds(config, before.config)
    if (problems.length > 0) throw await bindError(problems)
    const difference = summarise(before.config, config)
    const summary = request.summary?.(difference) ?? difference
    const { author } = request
    const revision = commit(before.revision, document, author, summary)
    current = { revision, document, config }
    const change = { ...current, before: before.config, previous: before.revision, summary, author }
    events.record({
      kind: 'revision',
      severity: 'info',
      message: `revision ${revision}: ${summary}`,
      revision,
      actor: author,
    })
    await putInForce(change)
    return { revision, previous: before.revision, summary, config: document }
  }

  async function putInForce(change: ConfigChange) {
    try {
      await dataPlane.apply(change.revision, change.config)
    } catch (error) {
      const message = `revision ${change.revision} is saved but not in force everywhere: ${error instanceof Error ? error.message : error}`
      events.record({ kind: 'revision', severity: 'error', message, revision: change.revision })
      throw new ControlError('apply-failed', message, { cause: error, revision: change.revision })
    } finally {
      notify(change)
    }
  }

  return {
    current: () => current,
    change: (request) => queued(() => run(request)),
    revision: (number) => getRevision(db, number),
    revisions: (query) => listRevisions(db, query),
    validate(document) {
      const parsed = configSchema.safeParse(document)
      return parsed.success ? [] : issuesOf(parsed.error)
    },
    restore: ({ number, base, author }) =>
      queued(async () => {
        const stored = getRevision(db, number)
        if (!stored) throw new ControlError('not-found', `There is no revision ${number} (any more).`)
        return run({
          base,
          author,
          edit: () => stored.document,
          summary: (difference) => `restored revision ${number} (${difference})`,
        })
      }),
    start: (first) =>
      queued(async () => {
        const author = 'evenkeel'
        const summary = 'first configuration'
        const stored = newestReadable(db, events)
        if (stored) current = stored
        else {
          const config = parseWhole(first)
          const revision = commit(0, plain(first), author, summary)
          current = { revision, document: plain(first), config }
        }
        await putInForce({ ...current, before: empty.config, previous: 0, summary, author })
      }),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function stale(base: number, currentRevision: number): ControlError {
  return new ControlError(
    'stale-revision',
    `The edit was made on revision ${base}, but revision ${currentRevision} is current. Nothing has changed.`,
    { revision: currentRevision },
  )
}

/** The document as plain JSON: no undefined, no prototypes. */
function plain(document: ConfigDocument): ConfigDocument {
  return JSON.parse(JSON.stringify(document)) as ConfigDocument
}
