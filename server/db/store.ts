/**
 * The database of a data directory, or a stand-in while it cannot be used: a full disk, a directory that may not be written, a damaged
 * file. Traffic goes on meanwhile with the last good configuration, and the real one takes over by itself.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type Db, switchable } from './handle.ts'
import { type OpenDatabase, openDatabase } from './open.ts'
import { DatabaseProblem, type DatabaseProblemCode, problemCode } from './problem.ts'
import { carryOver, openStandIn, type StandIn } from './stand-in.ts'

export interface Store {
  /** Leads to the stand-in first, where there is one, and to the real database later. `standIn(db)` tells which. */
  db: Db
  /** Tries to open the real database. True when it has just come back. Cheap where nothing has changed. */
  retry(now: number): boolean
  close(): void
}

export interface StoreOptions {
  /** Epoch milliseconds. */
  now: number
  /** There is a configuration to run even when neither database nor copy has one. */
  configured: boolean
}

/** What a start gets over: time, room or rights mend it, or a command. Anything else is for a person to decide first. */
const PASSING = new Set<DatabaseProblemCode>(['disk-full', 'read-only', 'locked', 'corrupt', 'unavailable'])

/** Opens the database or a stand-in. Throws `DatabaseProblem` when there is nothing to run, or something that a person must decide. */
export function openStore(directory: string, { now, configured }: StoreOptions): Store {
  let real: OpenDatabase | undefined
  try {
    real = openDatabase(directory, { now })
    const { db, close } = real
    return { db, retry: () => false, close }
  } catch (error) {
    const problem = passing(error)
    if (problem === undefined) throw error
    return withStandIn(directory, problem, { now, configured })
  }
}

function passing(error: unknown): DatabaseProblem | undefined {
  if (!(error instanceof DatabaseProblem)) return undefined
  // A migration that finds the disk full is one more thing that a full disk keeps from happening.
  const code = error.code === 'migration-failed' ? problemCode(error.cause) : error.code
  return code !== undefined && PASSING.has(code)
    ? new DatabaseProblem(code, error.message, { cause: error })
    : undefined
}

function withStandIn(directory: string, problem: DatabaseProblem, { now, configured }: StoreOptions): Store {
  const stand = openStandIn(directory, now)
  if (stand.from === undefined && !configured) {
    stand.db.close()
    throw problem
  }
  const file = join(directory, 'evenkeel.db')
  const handle = switchable(stand.db, new DatabaseProblem(problem.code, words(problem, stand), { cause: problem }))
  let real: OpenDatabase | undefined
  let damaged = problem.code === 'corrupt' ? identity(file) : undefined

  return {
    db: handle.db,
    retry(at) {
      if (real !== undefined) return false
      // A damaged file is read whole to be found damaged; it is not read again until it is another one.
      if (damaged !== undefined && damaged === identity(file)) return false
      try {
        real = openDatabase(directory, { now: at })
      } catch (error) {
        damaged = problemCode(error) === 'corrupt' ? identity(file) : undefined
        return false
      }
      carryOver(stand.db, real.db)
      handle.switchTo(real.db).close()
      return true
    },
    close() {
      if (real !== undefined) real.close()
      else stand.db.close()
    },
  }
}

/** Changes when a file is replaced or written. */
function identity(file: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(file)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    return ''
  }
}

function words({ message }: DatabaseProblem, { from, revision, accounts }: StandIn): string {
  const source = from === 'copy' ? 'from the copy beside the database' : 'from the database'
  const running = from === undefined ? 'the configuration file' : `revision ${revision}, ${source}`
  const people = accounts
    ? ''
    : ' No account can be read: nobody can sign in with a password; a token from EVENKEEL_ADMIN_TOKEN works.'
  return `${message} Traffic goes on with ${running}. Until then nothing can be changed, and history is kept in memory.${people}`
}
