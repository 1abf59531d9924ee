/**
 * The only write path of the configuration. A change is: base current → whole document valid → new binds possible → one
 * transaction → swapped into the data plane → told to everybody. What fails before the transaction leaves everything as it was.
 */
import { isDeepStrictEqual } from 'node:util'
import type { AddressPolicy } from '../../shared/address-policy.ts'
import type { ChangeAnswer } from '../../shared/api/bodies.ts'
import type { ProblemIssue } from '../../shared/api/problem.ts'
import type { RevisionSummary } from '../../shared/api/records.ts'
import { type Config, type ConfigDocument, configSchema } from '../../shared/config/config.ts'
import { type Db, standIn } from '../db/handle.ts'
import { type CommitResult, commitRevision, getRevision, listRevisions, type RevisionRecord } from '../db/revisions.ts'
import { ControlError } from '../errors.ts'
import { bindError } from './bind-error.ts'
import { checkDocument, parseWhole } from './checked-config.ts'
import type { DataPlane, EventSink } from './data-plane.ts'
import { newestReadable } from './stored-config.ts'
import { summarise } from './summary.ts'
import { touchedPools } from './touched-pools.ts'
import { plain, stale, storageError } from './whole-document.ts'

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
  /** Addresses that no backend may have; absent: any may be. */
  policy?: AddressPolicy
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
  /**
   * The database has taken over from its stand-in: what it has newer is put in force; else the configuration in force is stored in it,
   * as a new revision where it has another one.
   */
  rejoin(): Promise<void>
  /** Called after `start` and after each change, once it is in force; answers how to stop. Errors thrown by a listener are recorded, not passed on. */
  subscribe(listener: (change: ConfigChange) => void): () => void
}

const empty: CurrentConfig = { revision: 0, document: { version: 1 }, config: configSchema.parse({ version: 1 }) }

class WritePath implements ConfigControl {
  private readonly parts: ConfigControlParts
  private readonly listeners = new Set<(change: ConfigChange) => void>()
  private inForce = empty
  private tail: Promise<unknown> = Promise.resolve()

  constructor(parts: ConfigControlParts) {
    this.parts = parts
  }

  current(): CurrentConfig {
    return this.inForce
  }

  change(request: ChangeRequest): Promise<ChangeAnswer> {
    return this.queued(() => this.run(request))
  }

  revision(number: number): RevisionRecord | undefined {
    return getRevision(this.parts.db, number)
  }

  revisions(query: { before?: number; limit: number }): RevisionSummary[] {
    return listRevisions(this.parts.db, query)
  }

  validate(document: unknown): ProblemIssue[] {
    // Before the start nobody knows which addresses are in force already.
    const policy = this.inForce.revision === 0 ? undefined : this.parts.policy
    const checked = checkDocument(document, this.inForce.config, policy)
    return 'issues' in checked ? checked.issues : []
  }

  restore({ number, base, author }: { number: number; base: number; author: string }): Promise<ChangeAnswer> {
    return this.queued(async () => {
      const stored = this.revision(number)
      if (!stored) throw new ControlError('not-found', `There is no revision ${number} (any more).`)
      const summary = (difference: string) => `restored revision ${number} (${difference})`
      return this.run({ base, author, edit: () => stored.document, summary })
    })
  }

  start(first: ConfigDocument): Promise<void> {
    return this.queued(async () => {
      const author = 'evenkeel'
      const summary = 'first configuration'
      const stored = newestReadable(this.parts.db, this.parts.events)
      if (stored) this.inForce = stored
      else {
        const config = parseWhole(first, empty.config, this.parts.policy)
        const document = plain(first)
        this.inForce = { revision: this.commit(0, document, author, summary), document, config }
      }
      await this.putInForce({ ...this.inForce, before: empty.config, previous: 0, summary, author })
    })
  }

  rejoin(): Promise<void> {
    return this.queued(async () => {
      const { config: before, revision: previous, document } = this.inForce
      const stored = newestReadable(this.parts.db, this.parts.events)
      if (stored?.revision === previous && isDeepStrictEqual(stored.document, document)) return
      const author = 'evenkeel'
      let summary = `revision ${previous} of before, kept when the database came back`
      if (stored !== undefined && stored.revision > previous) {
        this.inForce = stored
        summary = 'found in the database when it came back'
      } else this.inForce = { ...this.inForce, revision: this.commit(stored?.revision ?? 0, document, author, summary) }
      const { revision } = this.inForce
      const message = `revision ${revision}: ${summary}`
      this.parts.events.record({ kind: 'revision', severity: 'warning', message, revision, actor: author })
      await this.putInForce({ ...this.inForce, before, previous, summary, author })
    })
  }

  subscribe(listener: (change: ConfigChange) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  private queued<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work)
    this.tail = result.catch(() => undefined)
    return result
  }

  private async run(request: ChangeRequest): Promise<ChangeAnswer> {
    const before = this.inForce
    if (request.base !== undefined && request.base !== before.revision) throw stale(request.base, before.revision)
    const unusable = standIn(this.parts.db)
    if (unusable !== undefined) throw storageError(unusable)
    const document = plain(request.edit(structuredClone(before.document)))
    const config = parseWhole(document, before.config, this.parts.policy)
    if (isDeepStrictEqual(document, before.document) && before.revision > 0)
      return { revision: before.revision, previous: before.revision, summary: 'nothing changed', config: document }
    this.parts.check?.(config)
    const problems = await this.parts.dataPlane.checkBinds(config, before.config)
    if (problems.length > 0) throw await bindError(problems)
    const difference = summarise(before.config, config)
    const summary = request.summary?.(difference) ?? difference
    const { author } = request
    const previous = before.revision
    const revision = this.commit(previous, document, author, summary)
    this.inForce = { revision, document, config }
    const message = `revision ${revision}: ${summary}`
    const pools = touchedPools(before.config, config)
    this.parts.events.record({ kind: 'revision', severity: 'info', message, pools, revision, actor: author })
    await this.putInForce({ ...this.inForce, before: before.config, previous, summary, author })
    return { revision, previous, summary, config: document }
  }

  private commit(base: number, document: ConfigDocument, author: string, summary: string): number {
    let answer: CommitResult
    try {
      answer = commitRevision(this.parts.db, { base, at: this.parts.now(), author, summary, document })
    } catch (error) {
      throw storageError(error)
    }
    if (answer.ok) return answer.number
    throw stale(base, answer.current)
  }

  private async putInForce(change: ConfigChange): Promise<void> {
    const { revision } = change
    const pools = touchedPools(change.before, change.config)
    try {
      await this.parts.dataPlane.apply(revision, change.config)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const message = `revision ${revision} is saved but not in force everywhere: ${why}`
      this.parts.events.record({ kind: 'revision', severity: 'error', message, pools, revision })
      throw new ControlError('apply-failed', message, { cause: error, revision })
    } finally {
      this.notify(change)
    }
  }

  private notify(change: ConfigChange): void {
    for (const listener of this.listeners) {
      try {
        listener(change)
      } catch (error) {
        const message = `after revision ${change.revision}: ${error}`
        this.parts.events.record({ kind: 'process', severity: 'error', message })
      }
    }
  }
}

/** Builds the write path. */
export function createConfigControl(parts: ConfigControlParts): ConfigControl {
  return new WritePath(parts)
}
