/** Keeps the copy of the configuration, and lets the database take over from its stand-in when it can be used again. */
import type { Logger } from 'pino'
import type { ConfigControl } from './control/change-config.ts'
import type { EventSink } from './control/data-plane.ts'
import type { ConfigFile } from './control/import-export.ts'
import type { Setup } from './control/setup.ts'
import { writeConfigCopy } from './db/config-copy.ts'
import { standIn } from './db/handle.ts'
import { getOrCreateMeta } from './db/meta.ts'
import type { Store } from './db/store.ts'

export interface StorageLifeParts {
  store: Store
  /** The data directory. */
  directory: string
  control: ConfigControl
  file: ConfigFile | undefined
  setup: Setup
  /** What the data plane signs with. */
  secret: string
  events: EventSink
  log: Logger
  now: () => number
  /** Set-up is open now: its token has to be told to somebody. */
  onSetupNeeded: () => void
}

export interface StorageLife {
  /** Tries the real database while a stand-in is in place. Call once a second. */
  tick(): void
  /** Why the database cannot be used and what goes on meanwhile; undefined when it can. */
  problem(): string | undefined
}

/** The database is tried again every so many seconds. */
const TRY_EVERY = 3

export function createStorageLife(parts: StorageLifeParts): StorageLife {
  const { store, directory, control, secret, events, log, now } = parts
  let ticks = 0

  control.subscribe(({ revision, author, summary, document }) => {
    // The copy is what the stand-in runs; only what the database has taken replaces it.
    if (standIn(store.db) !== undefined) return
    try {
      writeConfigCopy(directory, { revision, at: now(), author, summary, document, stickySecret: secret })
    } catch (error) {
      log.warn({ err: error }, 'the copy of the configuration was not written; the one of an earlier revision stays')
    }
  })

  async function comeBack(): Promise<void> {
    getOrCreateMeta(store.db, 'sticky-secret', () => secret)
    await control.rejoin()
    const { revision } = control.current()
    const message = `the database can be used again; revision ${revision} is in force and changes are taken`
    log.info(message)
    events.record({ kind: 'storage', severity: 'info', message, revision })
    await parts.file?.apply()
    if (parts.setup.needed()) parts.onSetupNeeded()
  }

  return {
    problem: () => standIn(store.db)?.message,
    tick() {
      ticks += 1
      if (ticks % TRY_EVERY !== 0 || standIn(store.db) === undefined || !store.retry(now())) return
      comeBack().catch((error) => log.error({ err: error }, 'after the database came back'))
    },
  }
}
