/** Reads the configuration that a start finds in the database. */
import { type Config, type ConfigDocument, configSchema } from '../../shared/config/config.ts'
import type { Db } from '../db/handle.ts'
import { getRevision, latestRevision, listRevisions } from '../db/revisions.ts'
import { ControlError } from '../errors.ts'
import type { EventSink } from './data-plane.ts'
import { withPlainAddresses } from './older-addresses.ts'

/** A stored configuration that this version can read. */
export interface StoredConfig {
  revision: number
  document: ConfigDocument
  config: Config
}

/**
 * The newest stored revision; when this version cannot read it, the content of the newest one that it can, with an event that
 * says so, because traffic matters more than the last edit. Undefined on an empty database. Errors: `invalid-config`.
 */
export function newestReadable(db: Db, events: EventSink): StoredConfig | undefined {
  const newest = latestRevision(db)
  let stored = newest
  while (newest && stored) {
    const { document, words } = readable(stored.document)
    const parsed = configSchema.safeParse(document)
    if (parsed.success) {
      if (stored !== newest) report(events, newest.number, stored.number)
      if (words.length > 0) tellAddresses(events, newest.number, words)
      return { revision: newest.number, document, config: parsed.data }
    }
    const [older] = listRevisions(db, { before: stored.number, limit: 1 })
    stored = older && getRevision(db, older.number)
  }
  if (newest) throw new ControlError('invalid-config', 'No stored revision can be read by this version of Evenkeel.')
  return undefined
}

/** Whatever was stored is looked at: what is no configuration at all is left to the schema. */
function readable(stored: ConfigDocument): ReturnType<typeof withPlainAddresses> {
  try {
    return withPlainAddresses(stored)
  } catch {
    return { document: stored, words: [] }
  }
}

function tellAddresses(events: EventSink, revision: number, words: string[]) {
  events.record({
    kind: 'revision',
    severity: 'warning',
    message: `revision ${revision} has addresses that are no longer taken: ${words.slice(0, 6).join('; ')}`,
    revision,
  })
}

function report(events: EventSink, newest: number, used: number) {
  events.record({
    kind: 'revision',
    severity: 'error',
    message: `revision ${newest} cannot be read by this version; running the content of revision ${used}`,
    revision: newest,
  })
}
